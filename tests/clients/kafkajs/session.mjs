// A session of kafkajs: topics, a producer, a group of two, a transaction, administration.
import assert from "node:assert/strict";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";

const TOPIC = "rivers";
const RECORDS = 100;
const kafka = new Kafka({ brokers: process.env.KAFKA.split(","), logLevel: logLevel.NOTHING });
const ok = (step) => console.log(`ok ${step}`);
const until = async (so) => {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 50));
};

const admin = kafka.admin();
await admin.connect();
const topic = { topic: TOPIC, numPartitions: 4, configEntries: [{ name: "retention.ms", value: "86400000" }] };
assert.equal(await admin.createTopics({ topics: [topic], waitForLeaders: true }), true);
assert.equal(await admin.createTopics({ topics: [topic] }), false);
assert.deepEqual(await admin.listTopics(), [TOPIC]);
const { topics: [described] } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
const { brokers } = await admin.describeCluster();
assert.deepEqual(new Set(described.partitions.map((each) => each.leader)), new Set(brokers.map((each) => each.nodeId)));
ok("create");

const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();
const next = {};
for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
  for (let round = 0; round < RECORDS / 20; round++) {
    const messages = [...Array(10).keys()].map((number) => ({ key: `key ${number}`, value: `${compression} ${round} ${number}` }));
    for (const told of await producer.send({ topic: TOPIC, acks: -1, compression, messages })) {
      assert.equal(told.errorCode, 0);
      assert.ok(Number(told.baseOffset) >= (next[told.partition] ?? 0));
      next[told.partition] = Number(told.baseOffset) + 1;
    }
  }
}
assert.equal(Object.keys(next).length, 4);
ok("produce");

const member = async (take) => {
  const made = kafka.consumer({ groupId: "readers", sessionTimeout: 10_000, maxWaitTimeInMs: 100 });
  await made.connect();
  await made.subscribe({ topics: [TOPIC], fromBeginning: true });
  await made.run({ eachMessage: async ({ message }) => take(message.value.toString()) });
  return made;
};
const values = new Set();
const members = [await member((value) => values.add(value)), await member((value) => values.add(value))];
await until(async () => {
  const [group] = (await admin.describeGroups(["readers"])).groups;
  return group.state === "Stable" && group.members.length === 2 && values.size === RECORDS;
});
await Promise.all(members.map((each) => each.disconnect())); // commits what they have resolved
ok("group");

await producer.send({ topic: TOPIC, messages: [{ value: "one more" }] });
const found = [];
const again = await member((value) => found.push(value));
await until(() => found.includes("one more"));
await again.disconnect();
assert.deepEqual(found, ["one more"]);
ok("restart");

const [{ partitions }] = await admin.fetchOffsets({ groupId: "readers", topics: [TOPIC] });
const ends = await admin.fetchTopicOffsets(TOPIC);
assert.equal(ends.reduce((sum, each) => sum + Number(each.offset), 0), RECORDS + 1);
for (const { partition, offset } of partitions) {
  const end = ends.find((each) => each.partition === partition).offset;
  assert.ok(offset === end || (offset === "-1" && end === "0"));
}
await admin.setOffsets({ groupId: "readers", topic: TOPIC, partitions: [{ partition: 0, offset: "1" }] });
ok("offsets");

const clerk = kafka.producer({ transactionalId: "clerk", idempotent: true, maxInFlightRequests: 1 });
await clerk.connect();
const toAll = (value) => ({ topic: TOPIC, messages: ends.map(({ partition }) => ({ partition, value })) });
const aborted = await clerk.transaction();
await aborted.send(toAll("aborted"));
await aborted.abort();
const committed = await clerk.transaction();
await committed.send(toAll("committed"));
const read = { topic: TOPIC, partitions: ends.map(({ partition, offset }) => ({ partition, offset })) };
await committed.sendOffsets({ consumerGroupId: "readers", topics: [read] });
await committed.commit();
await clerk.disconnect();
const seen = [];
const reader = await member((value) => seen.push(value));
await until(() => seen.length >= ends.length);
await reader.disconnect();
assert.deepEqual(seen, ends.map(() => "committed"));
ok("transaction");

const resource = { type: 2, name: TOPIC };
await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: "max.message.bytes", value: "2000000" }] }] });
const { resources } = await admin.describeConfigs({ resources: [{ ...resource, configNames: ["max.message.bytes"] }] });
assert.equal(resources[0].configEntries[0].configValue, "2000000");
await admin.createPartitions({ topicPartitions: [{ topic: TOPIC, count: 5 }] });
ok("configs");

await admin.deleteGroups(["readers"]);
await admin.deleteTopics({ topics: [TOPIC] });
assert.deepEqual(await admin.listTopics(), []);
await Promise.all([producer.disconnect(), admin.disconnect()]);
ok("remove");
