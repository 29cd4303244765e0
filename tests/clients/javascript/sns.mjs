// What a program with the AWS SDK for JavaScript v3 and AWS's sns-validator does with SNS, step by step; `refused` asks
// to be turned away. The SDK finds the endpoint, the region and the credentials in its usual environment variables.
// One line a step; exit status 1 when a step fails.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import * as SNS from "@aws-sdk/client-sns";
import * as SQS from "@aws-sdk/client-sqs";
import MessageValidator from "sns-validator";

const ENDPOINT = new URL(process.env.AWS_ENDPOINT_URL);
const RUN = randomUUID().slice(0, 8);
const PATIENCE_MS = 20_000;

const sns = new SNS.SNS({});
const sqs = new SQS.SQS({});
const text = (StringValue, DataType = "String") => ({ DataType, StringValue });

async function raises(kind, promise) {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error, `${kind.name} expected, but the call went well`);
  assert.ok(error instanceof kind, `${kind.name} expected, got ${error}`);
  return error;
}

async function topic(name, Attributes = {}) {
  return (await sns.createTopic({ Name: `${RUN}-${name}`, Attributes })).TopicArn;
}

/** A new queue that lets the topic in and gets its messages. */
async function subscribed(TopicArn, name, Attributes = {}, queueAttributes = {}) {
  const { QueueUrl } = await sqs.createQueue({ QueueName: `${RUN}-${name}`, Attributes: queueAttributes });
  const found = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  const Endpoint = found.Attributes.QueueArn;
  const Condition = { ArnEquals: { "aws:SourceArn": TopicArn } };
  const Principal = { Service: "sns.amazonaws.com" };
  const Statement = [{ Effect: "Allow", Principal, Action: "sqs:SendMessage", Resource: Endpoint, Condition }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
  const { SubscriptionArn } = await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint, Attributes });
  return { url: QueueUrl, subscription: SubscriptionArn };
}

async function receive(QueueUrl) {
  return (await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] })).Messages ?? [];
}

async function one(url) {
  const messages = await receive(url);
  assert.equal(messages.length, 1);
  return messages[0];
}

/** An HTTP endpoint; `next` gives what came, in order. */
async function listening() {
  const came = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    response.end();
    const delivery = { headers: request.headers, body };
    waiting.length ? waiting.shift()(delivery) : came.push(delivery);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const next = (type) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${type} came`)), PATIENCE_MS);
      const take = (delivery) => {
        clearTimeout(timer);
        assert.equal(delivery.headers["x-amz-sns-message-type"], type);
        resolve(delivery);
      };
      came.length ? take(came.shift()) : waiting.push(take);
    });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}/news`, next, close };
}

/** AWS's own check of a message, told that certificates come from this server. */
function validated(message) {
  const validator = new MessageValidator(new RegExp(`^${ENDPOINT.host.replaceAll(".", "\\.")}$`));
  return new Promise((resolve, reject) =>
    validator.validate(message, (error, valid) => (error ? reject(error) : resolve(valid))),
  );
}

async function topics() {
  const TopicArn = await topic("topics", { DisplayName: "River news" });
  assert.equal((await sns.getTopicAttributes({ TopicArn })).Attributes.DisplayName, "River news");
  const listed = [];
  for await (const page of SNS.paginateListTopics({ client: sns }, {})) listed.push(...page.Topics);
  assert.ok(listed.some((each) => each.TopicArn === TopicArn));
  await sns.tagResource({ ResourceArn: TopicArn, Tags: [{ Key: "größe", Value: "Fluß" }] });
  const { Tags } = await sns.listTagsForResource({ ResourceArn: TopicArn });
  assert.deepEqual(Tags, [{ Key: "größe", Value: "Fluß" }]);
  await sns.deleteTopic({ TopicArn });
  const error = await raises(SNS.NotFoundException, sns.publish({ TopicArn, Message: "x" }));
  assert.equal(error.$metadata.httpStatusCode, 404);
}

async function fanout() {
  const TopicArn = await topic("fanout");
  const everything = await subscribed(TopicArn, "all");
  const FilterPolicy = JSON.stringify({ kind: ["order"] });
  const raw = await subscribed(TopicArn, "orders", { RawMessageDelivery: "true", FilterPolicy });
  await sns.publish({ TopicArn, Message: "hello 🐟", MessageAttributes: { kind: text("letter") } });
  const user = { kind: text("order"), raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } };
  const { MessageId } = await sns.publish({ TopicArn, Message: "one boat", Subject: "New", MessageAttributes: user });
  const envelopes = (await receive(everything.url)).map((message) => JSON.parse(message.Body));
  assert.deepEqual(envelopes.map((each) => each.Message).sort(), ["hello 🐟", "one boat"]);
  const order = envelopes.find((each) => each.MessageId === MessageId);
  assert.deepEqual([order.Subject, order.MessageAttributes.raw], ["New", { Type: "Binary", Value: "AP8=" }]);
  const message = await one(raw.url);
  assert.equal(message.Body, "one boat");
  assert.deepEqual(message.MessageAttributes, user);
}

async function batch() {
  const TopicArn = await topic("batch");
  const { url } = await subscribed(TopicArn, "batch", { RawMessageDelivery: "true" });
  const PublishBatchRequestEntries = [
    { Id: "good", Message: "1" },
    { Id: "bad", Message: "" },
  ];
  const answer = await sns.publishBatch({ TopicArn, PublishBatchRequestEntries });
  assert.deepEqual(answer.Successful.map((entry) => entry.Id), ["good"]);
  assert.deepEqual(answer.Failed.map((entry) => [entry.Id, entry.Code]), [["bad", "InvalidParameter"]]);
  assert.equal((await one(url)).Body, "1");
  const empty = sns.publishBatch({ TopicArn, PublishBatchRequestEntries: [] });
  await raises(SNS.EmptyBatchRequestException, empty);
}

async function fifo() {
  const TopicArn = await topic("fifo.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
  const { url } = await subscribed(TopicArn, "fifo.fifo", { RawMessageDelivery: "true" }, { FifoQueue: "true" });
  const numbers = [];
  for (const Message of ["1", "2", "1"]) {
    numbers.push(BigInt((await sns.publish({ TopicArn, Message, MessageGroupId: "g" })).SequenceNumber));
  }
  assert.ok(numbers[1] > numbers[0]);
  assert.equal(numbers[2], numbers[0]);
  assert.deepEqual((await receive(url)).map((message) => message.Body), ["1", "2"]);
  await raises(SNS.InvalidParameterException, sns.publish({ TopicArn, Message: "x" }));
}

/** The three messages of an HTTP endpoint, in both versions of the signature, before AWS's validator. */
async function signatures() {
  const sink = await listening();
  for (const SignatureVersion of ["1", "2"]) {
    const TopicArn = await topic(`signatures-${SignatureVersion}`, { SignatureVersion });
    await sns.subscribe({ TopicArn, Protocol: "http", Endpoint: sink.url });
    const asked = await validated((await sink.next("SubscriptionConfirmation")).body);
    assert.deepEqual([asked.Type, asked.SignatureVersion], ["SubscriptionConfirmation", SignatureVersion]);
    const { SubscriptionArn } = await sns.confirmSubscription({ TopicArn, Token: asked.Token });
    await sns.publish({ TopicArn, Message: "hello\n漢字 🐟", Subject: "News" });
    const { body } = await sink.next("Notification");
    assert.equal((await validated(body)).Message, "hello\n漢字 🐟");
    await assert.rejects(validated({ ...JSON.parse(body), Message: "forged" }), /signature is invalid/);
    await sns.publish({ TopicArn, Message: "without a subject" });
    assert.ok(!("Subject" in (await validated((await sink.next("Notification")).body))));
    await sns.unsubscribe({ SubscriptionArn });
    const farewell = JSON.parse((await sink.next("UnsubscribeConfirmation")).body);
    assert.equal(farewell.SignatureVersion, SignatureVersion);
    // Version 0.3.5 leaves out the token that AWS signs in this kind of message, so it takes no such message of anybody.
    await assert.rejects(validated(farewell), /signature is invalid/);
  }
  sink.close();
}

/** Queues get signed envelopes too; the validator is as content with them. */
async function queued() {
  const TopicArn = await topic("queued", { SignatureVersion: "2" });
  const { url } = await subscribed(TopicArn, "queued");
  await sns.publish({ TopicArn, Message: "hello" });
  assert.equal((await validated((await one(url)).Body)).Message, "hello");
}

/** Without being told of this server, the validator believes in AWS's hosts alone. */
async function trust() {
  const TopicArn = await topic("trust");
  const { url } = await subscribed(TopicArn, "trust");
  await sns.publish({ TopicArn, Message: "hello" });
  const message = (await one(url)).Body;
  const outcome = new Promise((resolve) => new MessageValidator().validate(message, resolve));
  assert.match((await outcome).message, /invalid domain/);
}

const STEPS = { topics, fanout, batch, fifo, signatures, queued, trust };

async function refused() {
  const error = await raises(SNS.SNSServiceException, sns.listTopics({}));
  assert.equal(error.$metadata.httpStatusCode, 403);
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
process.exit(); // an endpoint of a step that failed would keep the process
