// What a program with the AWS SDK for JavaScript v3 does with Kinesis, step by step; `refused` asks to be turned away.
// This client speaks HTTP/2 in every operation, with prior knowledge where there is no TLS. It finds the endpoint, the
// region and the credentials in the usual environment variables. One line a step; exit status 1 when a step fails.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import * as K from "@aws-sdk/client-kinesis";

const RUN = randomUUID().slice(0, 8);
const HALF = String(2n ** 127n);
const FIRST = "shardId-000000000000";
const kinesis = new K.Kinesis({});
const bytes = (text) => new TextEncoder().encode(text);
const textOf = (record) => new TextDecoder().decode(record.Data);

async function raises(kind, promise) {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error, `${kind.name} expected, but the call went well`);
  assert.ok(error instanceof kind, `${kind.name} expected, got ${error}`);
  return error;
}

async function summary(StreamName) {
  return (await kinesis.describeStreamSummary({ StreamName })).StreamDescriptionSummary;
}

async function stream(name, ShardCount = 1) {
  const StreamName = `${RUN}-${name}`;
  await kinesis.createStream({ StreamName, ShardCount });
  await K.waitUntilStreamExists({ client: kinesis, maxWaitTime: 20 }, { StreamName });
  return (await summary(StreamName)).StreamARN;
}

async function put(StreamARN, text, more = {}) {
  return (await kinesis.putRecord({ StreamARN, Data: bytes(text), PartitionKey: "k", ...more })).SequenceNumber;
}

/** All of a shard from a position on, and the last answer. */
async function read(StreamARN, ShardIteratorType = "TRIM_HORIZON", ShardId = FIRST, more = {}) {
  const asked = { StreamARN, ShardId, ShardIteratorType, ...more };
  let { ShardIterator } = await kinesis.getShardIterator(asked);
  const found = [];
  for (;;) {
    const answer = await kinesis.getRecords({ StreamARN, ShardIterator });
    found.push(...answer.Records.map(textOf));
    ShardIterator = answer.NextShardIterator;
    if (!ShardIterator || !answer.Records.length) return { found, answer };
  }
}

async function consumer(StreamARN, ConsumerName = "app") {
  return (await kinesis.registerStreamConsumer({ StreamARN, ConsumerName })).Consumer.ConsumerARN;
}

/** The events of a subscription, as an iterator. */
async function subscribed(ConsumerARN, StartingPosition, ShardId = FIRST) {
  const answer = await kinesis.subscribeToShard({ ConsumerARN, ShardId, StartingPosition });
  return answer.EventStream[Symbol.asyncIterator]();
}

/** Reads events until these records have come; gives the last event. */
async function until(events, ...texts) {
  const found = [];
  for (;;) {
    const { value, done } = await events.next();
    assert.ok(!done, `the stream ended behind ${found}`);
    const event = value.SubscribeToShardEvent;
    found.push(...event.Records.map(textOf));
    if (found.length >= texts.length) {
      assert.deepEqual(found, texts);
      return event;
    }
  }
}

async function streams() {
  const StreamARN = await stream("streams", 2);
  const found = (await kinesis.describeStream({ StreamARN })).StreamDescription;
  assert.deepEqual([found.StreamStatus, found.Shards.length], ["ACTIVE", 2]);
  assert.ok(Math.abs(found.StreamCreationTimestamp - Date.now()) < 60_000);
  await raises(K.ResourceInUseException, kinesis.createStream({ StreamName: `${RUN}-streams`, ShardCount: 1 }));
  const names = [];
  for await (const page of K.paginateListStreams({ client: kinesis }, { Limit: 1 })) names.push(...page.StreamNames);
  assert.ok(names.includes(`${RUN}-streams`));
  await kinesis.tagResource({ ResourceARN: StreamARN, Tags: { größe: "Fluß" } });
  const { Tags } = await kinesis.listTagsForResource({ ResourceARN: StreamARN });
  assert.deepEqual(Tags, [{ Key: "größe", Value: "Fluß" }]);
  await kinesis.deleteStream({ StreamARN });
  await raises(K.ResourceNotFoundException, kinesis.describeStreamSummary({ StreamARN }));
}

async function records() {
  const StreamARN = await stream("records", 2);
  const placed = await kinesis.putRecord({ StreamARN, Data: bytes("größe 🐟"), PartitionKey: "漢字", ExplicitHashKey: "0" });
  assert.equal(placed.ShardId, FIRST);
  const Records = Array.from({ length: 500 }, (_, n) => ({ Data: bytes(String(n)), PartitionKey: String(n) }));
  const answer = await kinesis.putRecords({ StreamARN, Records });
  assert.equal(answer.FailedRecordCount, 0);
  answer.Records.forEach(({ ShardId }, n) => {
    const isHigh = createHash("md5").update(String(n)).digest()[0] >= 128;
    assert.equal(ShardId, `shardId-00000000000${isHigh ? 1 : 0}`);
  });
  const all = [];
  for (const shard of [0, 1]) all.push(...(await read(StreamARN, "TRIM_HORIZON", `shardId-00000000000${shard}`)).found);
  assert.deepEqual(all.sort(), ["größe 🐟", ...Records.map(textOf)].sort());
}

async function iterators() {
  const StreamARN = await stream("iterators");
  const [, second] = [await put(StreamARN, "1"), await put(StreamARN, "2"), await put(StreamARN, "3")];
  const first = (await read(StreamARN)).answer;
  assert.equal(first.MillisBehindLatest, 0);
  await new Promise((resolve) => setTimeout(resolve, 10)); // the server's clock has milliseconds
  const Timestamp = new Date();
  await put(StreamARN, "4");
  const latest = { StreamARN, ShardId: "shardId-0", ShardIteratorType: "LATEST" };
  const { ShardIterator } = await kinesis.getShardIterator(latest);
  await put(StreamARN, "5");
  assert.deepEqual((await kinesis.getRecords({ ShardIterator })).Records.map(textOf), ["5"]);
  const from = async (...asked) => (await read(StreamARN, ...asked)).found.join("");
  assert.equal(await from(), "12345");
  const StartingSequenceNumber = second;
  assert.equal(await from("AT_SEQUENCE_NUMBER", FIRST, { StartingSequenceNumber }), "2345");
  assert.equal(await from("AFTER_SEQUENCE_NUMBER", FIRST, { StartingSequenceNumber }), "345");
  assert.equal(await from("AT_TIMESTAMP", FIRST, { Timestamp }), "45");
}

async function resharding() {
  const StreamARN = await stream("resharding");
  await put(StreamARN, "before");
  await kinesis.splitShard({ StreamARN, ShardToSplit: FIRST, NewStartingHashKey: HALF });
  const { found, answer } = await read(StreamARN);
  assert.deepEqual(found, ["before"]);
  assert.equal(answer.NextShardIterator, undefined);
  const [low, high] = answer.ChildShards.map((child) => child.ShardId);
  await put(StreamARN, "low", { ExplicitHashKey: "0" });
  await put(StreamARN, "high", { ExplicitHashKey: HALF });
  assert.deepEqual((await read(StreamARN, "TRIM_HORIZON", low)).found, ["low"]);
  assert.deepEqual((await read(StreamARN, "TRIM_HORIZON", high)).found, ["high"]);
  await kinesis.mergeShards({ StreamARN, ShardToMerge: low, AdjacentShardToMerge: high });
  const [child] = (await read(StreamARN, "TRIM_HORIZON", low)).answer.ChildShards;
  assert.deepEqual(child.ParentShards, [low, high]);
  const ShardFilter = { Type: "AT_LATEST" };
  assert.equal((await kinesis.listShards({ StreamARN, ShardFilter })).Shards.length, 1);
}

async function fanout() {
  const StreamARN = await stream("fanout");
  const own = await consumer(StreamARN);
  const first = await put(StreamARN, "1");
  await put(StreamARN, "2");
  const all = await subscribed(own, { Type: "TRIM_HORIZON" });
  await until(all, "1", "2");
  await raises(K.ResourceInUseException, subscribed(own, { Type: "LATEST" }));
  const position = { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: first };
  const second = await subscribed(await consumer(StreamARN, "second"), position);
  await until(second, "2");
  const third = await put(StreamARN, "3");
  for (const events of [all, second]) assert.equal((await until(events, "3")).ContinuationSequenceNumber, third);
  const quiet = (await all.next()).value.SubscribeToShardEvent; // within five seconds
  assert.deepEqual([quiet.Records, quiet.MillisBehindLatest], [[], 0]);
  await kinesis.splitShard({ StreamARN, ShardToSplit: FIRST, NewStartingHashKey: HALF });
  for (const events of [all, second]) {
    let last;
    for (let next = await events.next(); !next.done; next = await events.next()) last = next.value.SubscribeToShardEvent;
    assert.deepEqual(last.ChildShards.map((child) => child.ParentShards), [[FIRST], [FIRST]]);
    assert.equal(last.ContinuationSequenceNumber, undefined);
  }
  const child = await subscribed(own, { Type: "TRIM_HORIZON" }, "shardId-000000000001");
  await put(StreamARN, "4", { ExplicitHashKey: "0" });
  await until(child, "4");
  await kinesis.deregisterStreamConsumer({ ConsumerARN: own });
  await raises(K.ResourceNotFoundException, until(child, "never"));
}

async function refusals() {
  const StreamARN = await stream("refusals");
  await raises(K.InvalidArgumentException, put(StreamARN, "x", { ExplicitHashKey: String(2n ** 128n) }));
  await raises(K.ResourceNotFoundException, put(`${StreamARN}-no`, "x"));
  await raises(K.InvalidArgumentException, kinesis.getRecords({ ShardIterator: "AAAA" }));
  const error = await raises(K.KinesisServiceException, put(StreamARN, "x".repeat(1024 * 1024 + 1)));
  assert.equal(error.name, "ValidationException");
}

const STEPS = { streams, records, iterators, resharding, fanout, refusals };

async function refused() {
  const error = await raises(K.KinesisServiceException, kinesis.listStreams({}));
  console.log("refused", error.name);
}

async function main() {
  if (process.argv[2] === "refused") return refused();
  for (const [name, step] of Object.entries(STEPS)) {
    try {
      await step();
      console.log("ok", name);
    } catch (error) {
      process.exitCode = 1;
      console.log("FAILED", name);
      console.error(error);
    }
  }
}

await main();
process.exit(); // a subscription of a step that failed would keep the process
