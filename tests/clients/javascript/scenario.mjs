// What a program with the AWS SDK for JavaScript v3 does with SQS, step by step; `refused` asks to be turned away.
// The SDK finds the endpoint, the region and the credentials in its usual environment variables, and checks every
// MD5 by itself. One line a step; exit status 1 when a step fails.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import { NodeHttp2Handler } from "@smithy/node-http-handler";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import * as SQS from "@aws-sdk/client-sqs";

const ENDPOINT = process.env.AWS_ENDPOINT_URL;
const RUN = randomUUID().slice(0, 8);
const MIB = 1024 * 1024;
// Everything that a body may hold and a careless encoder spoils: line ends, markup, the edges of the allowed ranges.
const TEXT = "\r\n\t <&>\"' ]]> %2B+ 漢字 🐟 \ud7ff\ue000\ufffd\u{10ffff} end";
const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

// Over HTTP/2 as the SDK opens it where a service asks for it: with prior knowledge, on the port that HTTP/1.1 has too.
const client = new SQS.SQS(process.env.HTTP_VERSION === "2" ? { requestHandler: new NodeHttp2Handler() } : {});
const text = (StringValue, DataType = "String") => ({ DataType, StringValue });
const md5 = (body) => createHash("md5").update(body).digest("hex");

async function raises(kind, promise, { name, message } = {}) {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error, `${kind.name} expected, but the call went well`);
  assert.ok(error instanceof kind, `${kind.name} expected, got ${error}`);
  if (name) assert.ok([error.name, error.Code].includes(name), `${name} expected, got ${error.name}`);
  if (message) assert.match(error.message, message);
  return error;
}

async function queue(name, Attributes = {}) {
  return (await client.createQueue({ QueueName: `${RUN}-${name}`, Attributes })).QueueUrl;
}

async function attributesOf(QueueUrl, ...AttributeNames) {
  const names = AttributeNames.length ? AttributeNames : ["All"];
  return (await client.getQueueAttributes({ QueueUrl, AttributeNames: names })).Attributes ?? {};
}

const arnOf = async (url) => (await attributesOf(url, "QueueArn")).QueueArn;
const receive = async (QueueUrl, more = {}) => (await client.receiveMessage({ QueueUrl, ...more })).Messages ?? [];

async function one(url, more = {}) {
  const messages = await receive(url, { WaitTimeSeconds: 10, ...more });
  assert.equal(messages.length, 1);
  return messages[0];
}

async function drain(QueueUrl, count) {
  const found = [];
  while (found.length < count) {
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
    assert.ok(messages.length, `${found.length} of ${count} messages came`);
    const Entries = messages.map((message, index) => ({ Id: `${index}`, ReceiptHandle: message.ReceiptHandle }));
    assert.equal((await client.deleteMessageBatch({ QueueUrl, Entries })).Successful.length, messages.length);
    found.push(...messages);
  }
  return found;
}

async function create() {
  const QueueName = `${RUN}-create`;
  const wanted = { VisibilityTimeout: "45", MessageRetentionPeriod: "3600" };
  const made = (await client.createQueue({ QueueName, Attributes: wanted, tags: { team: "river" } })).QueueUrl;
  assert.equal((await client.createQueue({ QueueName, Attributes: wanted })).QueueUrl, made);
  assert.deepEqual(await attributesOf(made, ...Object.keys(wanted)), wanted);
  assert.deepEqual((await client.listQueueTags({ QueueUrl: made })).Tags, { team: "river" });
  const other = { QueueName, Attributes: { VisibilityTimeout: "46" } };
  await raises(SQS.QueueNameExists, client.createQueue(other));
  const fifo = await queue("create.fifo", { FifoQueue: "true" });
  assert.deepEqual(await attributesOf(fifo, "FifoQueue"), { FifoQueue: "true" });
}

async function url() {
  const made = await queue("url");
  assert.ok(made.startsWith(`${ENDPOINT}/`), made);
  assert.equal((await client.getQueueUrl({ QueueName: `${RUN}-url` })).QueueUrl, made);
  await raises(SQS.QueueDoesNotExist, client.getQueueUrl({ QueueName: `${RUN}-nowhere` }));
}

async function list() {
  const made = [];
  for (let index = 0; index < 5; index++) made.push(await queue(`list-${index}`));
  await queue("other-list");
  const QueueNamePrefix = `${RUN}-list-`;
  assert.deepEqual((await client.listQueues({ QueueNamePrefix })).QueueUrls.sort(), made);
  const pages = [];
  for await (const page of SQS.paginateListQueues({ client, pageSize: 2 }, { QueueNamePrefix })) {
    pages.push(page.QueueUrls ?? []);
  }
  assert.deepEqual(pages.flat().sort(), made);
  assert.deepEqual(pages.slice(0, 3).map((page) => page.length), [2, 2, 1]);
}

async function attributes() {
  const QueueUrl = await queue("attributes");
  const wanted = { VisibilityTimeout: "7", DelaySeconds: "3" };
  await client.setQueueAttributes({ QueueUrl, Attributes: wanted });
  assert.deepEqual(await attributesOf(QueueUrl, ...Object.keys(wanted)), wanted);
  const everything = await attributesOf(QueueUrl);
  assert.match(everything.QueueArn, new RegExp(`^arn:aws:sqs:${process.env.AWS_REGION}:\\d{12}:${RUN}-attributes$`));
  assert.equal(everything.ApproximateNumberOfMessages, "0");
  assert.equal(everything.MaximumMessageSize, `${MIB}`);
  const set = (Attributes) => client.setQueueAttributes({ QueueUrl, Attributes });
  await raises(SQS.InvalidAttributeName, set({ Colour: "blue" }));
  await raises(SQS.InvalidAttributeValue, set({ VisibilityTimeout: "43201" }));
}

async function roundtrip() {
  const QueueUrl = await queue("roundtrip");
  const MessageAttributes = {
    name: text("weir"),
    count: text("-12.5e3", "Number"),
    "level.cm": text("7", "Number.int"),
    raw: { DataType: "Binary", BinaryValue: Uint8Array.from({ length: 256 }, (_, index) => index) },
  };
  const MessageSystemAttributes = { AWSTraceHeader: text(TRACE) };
  const sent = await client.sendMessage({ QueueUrl, MessageBody: "hello", MessageAttributes, MessageSystemAttributes });
  assert.equal(sent.MD5OfMessageBody, md5("hello"));
  assert.match(sent.MD5OfMessageAttributes, /^[0-9a-f]{32}$/);
  assert.match(sent.MD5OfMessageSystemAttributes, /^[0-9a-f]{32}$/);
  const message = await one(QueueUrl, { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
  assert.deepEqual([message.MessageId, message.Body], [sent.MessageId, "hello"]);
  assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  assert.deepEqual(message.MessageAttributes, MessageAttributes);
  const found = message.Attributes;
  assert.deepEqual([found.AWSTraceHeader, found.ApproximateReceiveCount], [TRACE, "1"]);
  assert.ok(Math.abs(Number(found.SentTimestamp) - Date.now()) < 60_000, found.SentTimestamp);
  assert.ok(found.SenderId);
}

async function select() {
  const QueueUrl = await queue("select", { VisibilityTimeout: "0" });
  const names = ["trace.a", "trace.b", "colour"];
  const MessageAttributes = Object.fromEntries(names.map((name) => [name, text(name)]));
  await client.sendMessage({ QueueUrl, MessageBody: "chosen", MessageAttributes });
  for (const [wanted, expected] of [
    [[], []],
    [["colour", "missing"], ["colour"]],
    [["trace.*"], ["trace.a", "trace.b"]],
    [[".*"], names],
    [["All"], names],
  ]) {
    const message = await one(QueueUrl, { MessageAttributeNames: wanted });
    assert.deepEqual(Object.keys(message.MessageAttributes ?? {}).sort(), [...expected].sort());
  }
  const wanted = ["SentTimestamp", "SenderId"];
  const system = await one(QueueUrl, { MessageSystemAttributeNames: wanted });
  assert.deepEqual(Object.keys(system.Attributes).sort(), wanted.sort());
  assert.equal((await one(QueueUrl)).Attributes, undefined);
}

async function batch() {
  const QueueUrl = await queue("batch");
  const answer = await client.sendMessageBatch({
    QueueUrl,
    Entries: [
      { Id: "first", MessageBody: "1", MessageAttributes: { n: text("1", "Number") } },
      { Id: "bad", MessageBody: "a\u0001b" },
      { Id: "last", MessageBody: "3" },
    ],
  });
  assert.deepEqual(answer.Successful.map((entry) => entry.Id), ["first", "last"]);
  const failed = answer.Failed.map((entry) => [entry.Id, entry.Code, entry.SenderFault]);
  assert.deepEqual(failed, [["bad", "InvalidMessageContents", true]]);
  assert.deepEqual((await drain(QueueUrl, 2)).map((message) => message.Body).sort(), ["1", "3"]);
  const entries = Array.from({ length: 11 }, (_, index) => ({ Id: `e${index}`, MessageBody: "x" }));
  const send = (Entries) => client.sendMessageBatch({ QueueUrl, Entries });
  await raises(SQS.TooManyEntriesInBatchRequest, send(entries));
  await raises(SQS.BatchEntryIdsNotDistinct, send([entries[0], entries[0]]));
  await raises(SQS.InvalidBatchEntryId, send([{ Id: "a b", MessageBody: "x" }]));
  await raises(SQS.EmptyBatchRequest, send([]));
}

async function longpoll() {
  const [QueueUrl, empty] = [await queue("longpoll"), await queue("longpoll-empty")];
  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
  const start = performance.now();
  assert.deepEqual(await receive(empty, { WaitTimeSeconds: 2 }), []);
  const waited = performance.now() - start;
  assert.ok(waited > 1500 && waited < 8000, `an empty poll of 2 s took ${waited} ms`);
  // The other poll has been waiting for those 2 s; this send must wake it long before its 20 s are over.
  await client.sendMessage({ QueueUrl, MessageBody: "wake" });
  const sent = performance.now();
  assert.deepEqual((await waiting).map((message) => message.Body), ["wake"]);
  assert.ok(performance.now() - sent < 5000, "the poll was not woken by the send");
}

async function delay() {
  const QueueUrl = await queue("delay");
  await client.sendMessage({ QueueUrl, MessageBody: "later", DelaySeconds: 2 });
  const start = performance.now();
  assert.deepEqual(await receive(QueueUrl), []);
  assert.equal((await attributesOf(QueueUrl)).ApproximateNumberOfMessagesDelayed, "1");
  assert.equal((await one(QueueUrl)).Body, "later");
  assert.ok(performance.now() - start > 1000, "a message with a delay of 2 s came at once");
}

async function visibility() {
  const QueueUrl = await queue("visibility");
  await client.sendMessage({ QueueUrl, MessageBody: "seen" });
  const first = await one(QueueUrl, { VisibilityTimeout: 300 });
  assert.deepEqual(await receive(QueueUrl), []);
  await client.changeMessageVisibility({ QueueUrl, ReceiptHandle: first.ReceiptHandle, VisibilityTimeout: 0 });
  const wanted = { VisibilityTimeout: 300, MessageSystemAttributeNames: ["ApproximateReceiveCount"] };
  const again = await one(QueueUrl, wanted);
  assert.deepEqual([again.MessageId, again.Attributes.ApproximateReceiveCount], [first.MessageId, "2"]);
  const answer = await client.changeMessageVisibilityBatch({
    QueueUrl,
    Entries: [
      { Id: "good", ReceiptHandle: again.ReceiptHandle, VisibilityTimeout: 0 },
      { Id: "bad", ReceiptHandle: "no-such-handle", VisibilityTimeout: 0 },
    ],
  });
  assert.deepEqual(answer.Successful.map((entry) => entry.Id), ["good"]);
  assert.deepEqual(answer.Failed.map((entry) => [entry.Id, entry.Code]), [["bad", "ReceiptHandleIsInvalid"]]);
  const change = { QueueUrl, ReceiptHandle: again.ReceiptHandle, VisibilityTimeout: 5 };
  await raises(SQS.MessageNotInflight, client.changeMessageVisibility(change));
}

async function remove() {
  const QueueUrl = await queue("delete");
  const Entries = [0, 1, 2].map((n) => ({ Id: `${n}`, MessageBody: `${n}` }));
  await client.sendMessageBatch({ QueueUrl, Entries });
  const handles = [];
  while (handles.length < 3) {
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
    handles.push(...messages.map((message) => message.ReceiptHandle));
  }
  await client.deleteMessage({ QueueUrl, ReceiptHandle: handles[0] });
  await client.deleteMessage({ QueueUrl, ReceiptHandle: handles[0] });
  const answer = await client.deleteMessageBatch({
    QueueUrl,
    Entries: [
      { Id: "one", ReceiptHandle: handles[1] },
      { Id: "bad", ReceiptHandle: "no-such-handle" },
      { Id: "two", ReceiptHandle: handles[2] },
    ],
  });
  assert.deepEqual(answer.Successful.map((entry) => entry.Id).sort(), ["one", "two"]);
  assert.deepEqual(answer.Failed.map((entry) => [entry.Id, entry.Code]), [["bad", "ReceiptHandleIsInvalid"]]);
  const left = await attributesOf(QueueUrl);
  assert.deepEqual([left.ApproximateNumberOfMessages, left.ApproximateNumberOfMessagesNotVisible], ["0", "0"]);
  const junk = { QueueUrl, ReceiptHandle: "no-such-handle" };
  await raises(SQS.ReceiptHandleIsInvalid, client.deleteMessage(junk));
}

const fifoQueue = (name, more = {}) => queue(`${name}.fifo`, { FifoQueue: "true", ...more });
const bodies = async (url, more = {}) =>
  (await receive(url, { MaxNumberOfMessages: 10, ...more })).map((message) => message.Body);

async function fifo() {
  const QueueUrl = await fifoQueue("fifo", { ContentBasedDeduplication: "true" });
  const numbers = [];
  for (const index of [0, 1, 2]) {
    for (const MessageGroupId of ["a", "b"]) {
      const message = { QueueUrl, MessageBody: `${MessageGroupId}${index}`, MessageGroupId };
      numbers.push(BigInt((await client.sendMessage(message)).SequenceNumber));
    }
  }
  assert.ok(numbers.every((number, index) => index === 0 || number > numbers[index - 1]), numbers.join());
  const [first] = await receive(QueueUrl, { MaxNumberOfMessages: 1, MessageSystemAttributeNames: ["All"] });
  assert.deepEqual([first.Body, first.Attributes.MessageGroupId], ["a0", "a"]);
  assert.equal(BigInt(first.Attributes.SequenceNumber), numbers[0]);
  // Group a is locked while its first message is in flight.
  assert.deepEqual(await bodies(QueueUrl), ["b0", "b1", "b2"]);
  assert.deepEqual(await bodies(QueueUrl), []);
  await client.deleteMessage({ QueueUrl, ReceiptHandle: first.ReceiptHandle });
  assert.deepEqual(await bodies(QueueUrl), ["a1", "a2"]);
  const groupless = client.sendMessage({ QueueUrl, MessageBody: "x" });
  await raises(SQS.SQSServiceException, groupless, { name: "MissingParameter", message: /MessageGroupId/ });
}

async function deduplication() {
  const QueueUrl = await fifoQueue("deduplication");
  const send = (MessageBody) =>
    client.sendMessage({ QueueUrl, MessageBody, MessageGroupId: "g", MessageDeduplicationId: "same" });
  const [first, second] = [await send("first"), await send("second")];
  assert.deepEqual([second.MessageId, second.SequenceNumber], [first.MessageId, first.SequenceNumber]);
  assert.deepEqual((await drain(QueueUrl, 1)).map((message) => message.Body), ["first"]);
  await send("third");
  assert.equal((await attributesOf(QueueUrl)).ApproximateNumberOfMessages, "0");
  const bare = client.sendMessage({ QueueUrl, MessageBody: "x", MessageGroupId: "g" });
  await raises(SQS.SQSServiceException, bare, { name: "InvalidParameterValue" });
}

async function attempt() {
  const QueueUrl = await fifoQueue("attempt", { ContentBasedDeduplication: "true" });
  for (const MessageBody of ["0", "1", "2"]) await client.sendMessage({ QueueUrl, MessageBody, MessageGroupId: "g" });
  const again = { MaxNumberOfMessages: 2, ReceiveRequestAttemptId: "try-1" };
  assert.deepEqual(await bodies(QueueUrl, again), ["0", "1"]);
  assert.deepEqual(await bodies(QueueUrl, again), ["0", "1"]);
}

async function deadLetterPair(name) {
  const dead = await queue(`${name}-dead`);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await arnOf(dead), maxReceiveCount: 1 });
  return [await queue(name, { RedrivePolicy, VisibilityTimeout: "0" }), dead];
}

async function deadletter() {
  const [source, dead] = await deadLetterPair("deadletter");
  const { MessageId } = await client.sendMessage({ QueueUrl: source, MessageBody: "poison" });
  assert.equal((await one(source)).MessageId, MessageId);
  assert.deepEqual(await receive(source), []);
  const moved = await one(dead, { MessageSystemAttributeNames: ["All"] });
  assert.deepEqual([moved.MessageId, moved.Body], [MessageId, "poison"]);
  assert.equal(moved.Attributes.DeadLetterQueueSourceArn, await arnOf(source));
  assert.deepEqual((await client.listDeadLetterSourceQueues({ QueueUrl: dead })).queueUrls, [source]);
}

async function move() {
  const [source, dead] = await deadLetterPair("move");
  await client.sendMessage({ QueueUrl: source, MessageBody: "again" });
  await one(source);
  assert.deepEqual(await receive(source), []);
  const SourceArn = await arnOf(dead);
  const { TaskHandle } = await client.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond: 500 });
  assert.ok(TaskHandle);
  assert.equal((await one(source)).Body, "again");
  const state = async () => (await client.listMessageMoveTasks({ SourceArn })).Results[0];
  const deadline = performance.now() + 30_000;
  let task = await state();
  while (task.Status === "RUNNING" && performance.now() < deadline) {
    await receive(dead, { WaitTimeSeconds: 1 });
    task = await state();
  }
  assert.deepEqual([task.Status, task.ApproximateNumberOfMessagesMoved, task.SourceArn], ["COMPLETED", 1, SourceArn]);
  await raises(SQS.ResourceNotFoundException, client.startMessageMoveTask({ SourceArn: `${SourceArn}-nowhere` }));
  await raises(SQS.ResourceNotFoundException, client.cancelMessageMoveTask({ TaskHandle }));
  const living = client.startMessageMoveTask({ SourceArn: await arnOf(source) });
  await raises(SQS.SQSServiceException, living, { name: "InvalidParameterValue" });
}

async function purge() {
  const QueueUrl = await queue("purge");
  const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `${n}`, MessageBody: `${n}` }));
  await client.sendMessageBatch({ QueueUrl, Entries });
  assert.equal((await attributesOf(QueueUrl)).ApproximateNumberOfMessages, "10");
  await client.purgeQueue({ QueueUrl });
  assert.equal((await attributesOf(QueueUrl)).ApproximateNumberOfMessages, "0");
  await raises(SQS.PurgeQueueInProgress, client.purgeQueue({ QueueUrl }));
}

async function tags() {
  const QueueUrl = await queue("tags");
  const read = async () => (await client.listQueueTags({ QueueUrl })).Tags ?? {};
  assert.deepEqual(await read(), {});
  await client.tagQueue({ QueueUrl, Tags: { team: "river", größe: "Fluß", empty: "" } });
  await client.tagQueue({ QueueUrl, Tags: { team: "lake" } });
  assert.deepEqual(await read(), { team: "lake", größe: "Fluß", empty: "" });
  await client.untagQueue({ QueueUrl, TagKeys: ["team", "empty", "never-set"] });
  assert.deepEqual(await read(), { größe: "Fluß" });
}

async function permission() {
  const QueueUrl = await queue("permission");
  const grant = { QueueUrl, Label: "readers", AWSAccountIds: ["111111111111"], Actions: ["ReceiveMessage"] };
  await client.addPermission(grant);
  const [statement] = JSON.parse((await attributesOf(QueueUrl, "Policy")).Policy).Statement;
  assert.deepEqual([statement.Sid, statement.Effect, statement.Resource], ["readers", "Allow", await arnOf(QueueUrl)]);
  assert.equal(statement.Action, "SQS:ReceiveMessage");
  await raises(SQS.SQSServiceException, client.addPermission(grant), { name: "InvalidParameterValue" });
  await client.removePermission({ QueueUrl, Label: "readers" });
  assert.ok(!((await attributesOf(QueueUrl, "Policy")).Policy ?? "").includes("readers"));
  const gone = client.removePermission({ QueueUrl, Label: "readers" });
  await raises(SQS.SQSServiceException, gone, { name: "InvalidParameterValue" });
}

async function large() {
  const QueueUrl = await queue("large");
  const body = "0123456789abcdef".repeat(MIB / 16);
  await client.sendMessage({ QueueUrl, MessageBody: body });
  assert.ok((await one(QueueUrl)).Body === body, "the body came back changed");
  const over = client.sendMessage({ QueueUrl, MessageBody: `${body}x` });
  await raises(SQS.SQSServiceException, over, { name: "InvalidParameterValue" });
  const Entries = [MIB / 2, MIB / 2 + 1].map((size) => ({ Id: `${size}`, MessageBody: body.slice(0, size) }));
  await raises(SQS.BatchRequestTooLong, client.sendMessageBatch({ QueueUrl, Entries }));
}

async function unicode() {
  const QueueUrl = await queue("unicode");
  const MessageAttributes = { note: text(TEXT) };
  const sent = await client.sendMessage({ QueueUrl, MessageBody: TEXT, MessageAttributes });
  assert.equal(sent.MD5OfMessageBody, md5(TEXT));
  const message = await one(QueueUrl, { MessageAttributeNames: ["note"] });
  assert.deepEqual([message.Body, message.MessageAttributes], [TEXT, MessageAttributes]);
}

async function errors() {
  const QueueUrl = await queue("errors");
  const gone = `${QueueUrl}-nowhere`;
  await raises(SQS.QueueDoesNotExist, client.sendMessage({ QueueUrl: gone, MessageBody: "x" }));
  const error = await raises(SQS.QueueDoesNotExist, client.deleteQueue({ QueueUrl: gone }));
  assert.equal(error.$metadata.httpStatusCode, 400);
  assert.equal(error.$fault, "client");
  assert.ok(error.$metadata.requestId);
  assert.equal(error.Code ?? error.Error?.Code, "AWS.SimpleQueueService.NonExistentQueue");
  await raises(SQS.InvalidMessageContents, client.sendMessage({ QueueUrl, MessageBody: "a\u0000b" }));
  for (const wrong of [{ MaxNumberOfMessages: 11 }, { WaitTimeSeconds: 21 }, { VisibilityTimeout: 43201 }]) {
    await raises(SQS.SQSServiceException, receive(QueueUrl, wrong), { name: "InvalidParameterValue" });
  }
  const named = client.createQueue({ QueueName: "not a name" });
  await raises(SQS.SQSServiceException, named, { name: "InvalidParameterValue" });
  const change = { QueueUrl, ReceiptHandle: "junk", VisibilityTimeout: 1 };
  await raises(SQS.ReceiptHandleIsInvalid, client.changeMessageVisibility(change));
}

/** A Query request as a link that anyone may follow for five minutes. */
async function signedUrl(address, parameters) {
  const { protocol, hostname, port, host, pathname: path } = new URL(address);
  const query = { Version: "2012-11-05", ...parameters };
  const { credentials, region } = client.config;
  const signer = new SignatureV4({ service: "sqs", region, credentials, sha256: Sha256 });
  const request = new HttpRequest({ method: "GET", protocol, hostname, port, path, query, headers: { host } });
  const signed = await signer.presign(request, { expiresIn: 300 });
  const pairs = Object.entries(signed.query).map((pair) => pair.map(encodeURIComponent).join("="));
  return `${address}?${pairs.join("&")}`;
}

async function presigned() {
  const made = await queue("presigned");
  const answer = await fetch(await signedUrl(made, { Action: "SendMessage", MessageBody: "by link 🐟 & more" }));
  assert.match(await answer.text(), /<MessageId>/);
  assert.equal((await one(made)).Body, "by link 🐟 & more");
}

async function removal() {
  const QueueUrl = await queue("removal");
  await client.sendMessage({ QueueUrl, MessageBody: "lost" });
  await client.deleteQueue({ QueueUrl });
  await raises(SQS.QueueDoesNotExist, receive(QueueUrl));
  await raises(SQS.QueueDeletedRecently, queue("removal"));
  assert.deepEqual((await client.listQueues({ QueueNamePrefix: `${RUN}-removal` })).QueueUrls ?? [], []);
}

const STEPS = {
  create, url, list, attributes, roundtrip, select, batch, longpoll, delay, visibility, delete: remove, fifo,
  deduplication, attempt, deadletter, move, purge, tags, permission, large, unicode, errors, presigned, removal,
};

async function refused() {
  const error = await raises(SQS.SQSServiceException, client.listQueues({}));
  assert.equal(error.$metadata.httpStatusCode, 403);
  assert.equal((await fetch(await signedUrl(`${ENDPOINT}/`, { Action: "ListQueues" }))).status, 403);
  console.log("refused", error.name);
}

async function main() {
  if (process.argv[2] === "refused") return refused();
  await steps();
  client.destroy(); // connections of HTTP/2 are kept open
}

async function steps() {
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
