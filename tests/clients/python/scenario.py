"""What a program with boto3 does with SQS, step by step; `refused` asks to be turned away instead.

Runs under today's boto3 (AWS JSON), under one from before SQS spoke JSON (Query and XML), and under aiobotocore.
Environment: AWS_ENDPOINT_URL and the usual credentials. One line a step; exit status 1 when a step fails.
"""

import json
import sys
import threading
import time
import traceback
import urllib.error
import urllib.parse

from botocore.exceptions import ClientError

from client import (
    ENDPOINT,
    MIB,
    MODERN,
    RUN,
    SYSTEM_NAMES,
    TEXT,
    TRACE,
    Session,
    arn_of,
    attributes_of,
    dead_letter_pair,
    drain,
    equal,
    fifo_queue,
    follow,
    md5,
    md5_of_attributes,
    one,
    queue,
    raises,
    receive,
    session,
    signed_url,
    sqs,
    text,
)


def create():
    name = f"{RUN}-create"
    wanted = {"VisibilityTimeout": "45", "MessageRetentionPeriod": "3600"}
    made = sqs.create_queue(QueueName=name, Attributes=wanted, tags={"team": "river"})["QueueUrl"]
    equal(sqs.create_queue(QueueName=name, Attributes=wanted)["QueueUrl"], made)
    equal(attributes_of(made, *wanted), wanted)
    equal(sqs.list_queue_tags(QueueUrl=made)["Tags"], {"team": "river"})
    raises(sqs.exceptions.QueueNameExists, sqs.create_queue, QueueName=name, Attributes={"VisibilityTimeout": "46"})
    fifo = sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    equal(attributes_of(fifo, "FifoQueue"), {"FifoQueue": "true"})


def url():
    made = queue("url")
    assert made.startswith(ENDPOINT + "/"), made
    equal(sqs.get_queue_url(QueueName=f"{RUN}-url")["QueueUrl"], made)
    raises(
        sqs.exceptions.QueueDoesNotExist,
        sqs.get_queue_url,
        QueueName=f"{RUN}-nowhere",
        code="AWS.SimpleQueueService.NonExistentQueue",
    )


def list_queues():
    made = {queue(f"list-{index}") for index in range(5)}
    queue("other-list")
    equal(set(sqs.list_queues(QueueNamePrefix=f"{RUN}-list-")["QueueUrls"]), made)
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"{RUN}-list-", PaginationConfig={"PageSize": 2})
    sizes, seen = [], set()
    for page in pages:
        sizes.append(len(page.get("QueueUrls", [])))
        seen.update(page.get("QueueUrls", []))
    equal(seen, made)
    equal(sizes[:3], [2, 2, 1])


def attributes():
    made = queue("attributes")
    sqs.set_queue_attributes(QueueUrl=made, Attributes={"VisibilityTimeout": "7", "DelaySeconds": "3"})
    equal(attributes_of(made, "VisibilityTimeout", "DelaySeconds"), {"VisibilityTimeout": "7", "DelaySeconds": "3"})
    everything = attributes_of(made)
    equal(
        [*everything["QueueArn"].split(":")[2:4], everything["QueueArn"].split(":")[5]],
        ["sqs", session.region_name, f"{RUN}-attributes"],
    )
    equal(everything["ApproximateNumberOfMessages"], "0")
    equal(everything["MaximumMessageSize"], str(MIB))
    raises(sqs.exceptions.InvalidAttributeName, sqs.set_queue_attributes, QueueUrl=made, Attributes={"Colour": "blue"})
    raises(
        sqs.exceptions.InvalidAttributeValue if MODERN else ClientError,
        sqs.set_queue_attributes,
        QueueUrl=made,
        Attributes={"VisibilityTimeout": "43201"},
        code="InvalidAttributeValue",
    )


def roundtrip():
    made = queue("roundtrip")
    user = {
        "name": text("weir"),
        "count": text("-12.5e3", "Number"),
        "level.cm": text("7", "Number.int"),
        "raw": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
    }
    system = {"AWSTraceHeader": text(TRACE)}
    sent = sqs.send_message(QueueUrl=made, MessageBody="hello", MessageAttributes=user, MessageSystemAttributes=system)
    equal(sent["MD5OfMessageBody"], md5(b"hello"))
    equal(sent["MD5OfMessageAttributes"], md5_of_attributes(user))
    equal(sent["MD5OfMessageSystemAttributes"], md5_of_attributes(system))
    message = one(made, MessageAttributeNames=["All"], **{SYSTEM_NAMES: ["All"]})
    equal((message["MessageId"], message["Body"]), (sent["MessageId"], "hello"))
    equal((message["MD5OfBody"], message["MD5OfMessageAttributes"]), (md5(b"hello"), md5_of_attributes(user)))
    equal(message["MessageAttributes"], user)
    found = message["Attributes"]
    equal((found["AWSTraceHeader"], found["ApproximateReceiveCount"]), (TRACE, "1"))
    assert abs(int(found["SentTimestamp"]) / 1000 - time.time()) < 60, found
    assert found["SenderId"], found


def select():
    made = queue("select", VisibilityTimeout="0")
    user = {name: text(name) for name in ("trace.a", "trace.b", "colour")}
    sqs.send_message(QueueUrl=made, MessageBody="chosen", MessageAttributes=user)
    for wanted, expected in (
        ([], set()),
        (["colour", "missing"], {"colour"}),
        (["trace.*"], {"trace.a", "trace.b"}),
        ([".*"], set(user)),
        (["All"], set(user)),
    ):
        message = one(made, MessageAttributeNames=wanted)
        got = message.get("MessageAttributes", {})
        equal(set(got), expected)
        equal(message.get("MD5OfMessageAttributes"), md5_of_attributes(got) if got else None)
    system = one(made, **{SYSTEM_NAMES: ["SentTimestamp", "SenderId"]})["Attributes"]
    equal(set(system), {"SentTimestamp", "SenderId"})
    assert "Attributes" not in one(made)


def batch():
    made = queue("batch")
    answer = sqs.send_message_batch(
        QueueUrl=made,
        Entries=[
            {"Id": "first", "MessageBody": "1", "MessageAttributes": {"n": text("1", "Number")}},
            {"Id": "bad", "MessageBody": "a\x01b"},
            {"Id": "last", "MessageBody": "3"},
        ],
    )
    equal(
        {entry["Id"]: entry["MD5OfMessageBody"] for entry in answer["Successful"]},
        {"first": md5(b"1"), "last": md5(b"3")},
    )
    equal(
        [(entry["Id"], entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]],
        [("bad", "InvalidMessageContents", True)],
    )
    equal(sorted(message["Body"] for message in drain(made, 2)), ["1", "3"])
    entries = [{"Id": f"e{index}", "MessageBody": "x"} for index in range(11)]
    errors = sqs.exceptions
    send = sqs.send_message_batch
    raises(errors.TooManyEntriesInBatchRequest, send, QueueUrl=made, Entries=entries)
    raises(errors.BatchEntryIdsNotDistinct, send, QueueUrl=made, Entries=[entries[0], entries[0]])
    raises(errors.InvalidBatchEntryId, send, QueueUrl=made, Entries=[{"Id": "a b", "MessageBody": "x"}])
    raises(errors.EmptyBatchRequest, send, QueueUrl=made, Entries=[])


def longpoll():
    made, empty = queue("longpoll"), queue("longpoll-empty")
    came = []

    def wait():
        client = Session().client("sqs", endpoint_url=ENDPOINT)
        came.extend(client.receive_message(QueueUrl=made, WaitTimeSeconds=20).get("Messages", []))

    waiter = threading.Thread(target=wait)
    waiter.start()
    start = time.monotonic()
    equal(receive(empty, WaitTimeSeconds=2), [])
    waited = time.monotonic() - start
    assert 1.5 < waited < 8, f"an empty poll of 2 s took {waited:.2f} s"
    # The other poll has been waiting for those 2 s; this send must wake it long before its 20 s are over.
    sqs.send_message(QueueUrl=made, MessageBody="wake")
    sent = time.monotonic()
    waiter.join()
    woken = time.monotonic() - sent
    equal([message["Body"] for message in came], ["wake"])
    assert woken < 5, f"the poll came back {woken:.2f} s after the send"


def delay():
    made = queue("delay")
    sqs.send_message(QueueUrl=made, MessageBody="later", DelaySeconds=2)
    start = time.monotonic()
    equal(receive(made), [])
    equal(attributes_of(made)["ApproximateNumberOfMessagesDelayed"], "1")
    equal(one(made)["Body"], "later")
    assert time.monotonic() - start > 1, "a message with a delay of 2 s came at once"


def visibility():
    made = queue("visibility")
    sqs.send_message(QueueUrl=made, MessageBody="seen")
    first = one(made, VisibilityTimeout=300)
    equal(receive(made), [])
    sqs.change_message_visibility(QueueUrl=made, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    again = one(made, VisibilityTimeout=300, **{SYSTEM_NAMES: ["ApproximateReceiveCount"]})
    equal((again["MessageId"], again["Attributes"]["ApproximateReceiveCount"]), (first["MessageId"], "2"))
    answer = sqs.change_message_visibility_batch(
        QueueUrl=made,
        Entries=[
            {"Id": "good", "ReceiptHandle": again["ReceiptHandle"], "VisibilityTimeout": 0},
            {"Id": "bad", "ReceiptHandle": "no-such-handle", "VisibilityTimeout": 0},
        ],
    )
    equal([entry["Id"] for entry in answer["Successful"]], ["good"])
    equal([(entry["Id"], entry["Code"]) for entry in answer["Failed"]], [("bad", "ReceiptHandleIsInvalid")])
    raises(
        sqs.exceptions.MessageNotInflight,
        sqs.change_message_visibility,
        QueueUrl=made,
        ReceiptHandle=again["ReceiptHandle"],
        VisibilityTimeout=5,
    )


def delete():
    made = queue("delete")
    sqs.send_message_batch(QueueUrl=made, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(3)])
    handles = []
    while len(handles) < 3:
        handles += [message["ReceiptHandle"] for message in receive(made, MaxNumberOfMessages=10, WaitTimeSeconds=5)]
    sqs.delete_message(QueueUrl=made, ReceiptHandle=handles[0])
    sqs.delete_message(QueueUrl=made, ReceiptHandle=handles[0])
    answer = sqs.delete_message_batch(
        QueueUrl=made,
        Entries=[
            {"Id": "one", "ReceiptHandle": handles[1]},
            {"Id": "bad", "ReceiptHandle": "no-such-handle"},
            {"Id": "two", "ReceiptHandle": handles[2]},
        ],
    )
    equal({entry["Id"] for entry in answer["Successful"]}, {"one", "two"})
    equal([(entry["Id"], entry["Code"]) for entry in answer["Failed"]], [("bad", "ReceiptHandleIsInvalid")])
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    equal(attributes_of(made, *counts), dict.fromkeys(counts, "0"))
    raises(sqs.exceptions.ReceiptHandleIsInvalid, sqs.delete_message, QueueUrl=made, ReceiptHandle="no-such-handle")


def fifo():
    made = fifo_queue("fifo", ContentBasedDeduplication="true")
    numbers = [
        sqs.send_message(QueueUrl=made, MessageBody=f"{group}{index}", MessageGroupId=group)["SequenceNumber"]
        for index in range(3)
        for group in ("a", "b")
    ]
    equal(numbers, sorted(set(numbers), key=int))
    first = receive(made, MaxNumberOfMessages=1, **{SYSTEM_NAMES: ["All"]})[0]
    equal((first["Body"], first["Attributes"]["MessageGroupId"]), ("a0", "a"))
    equal(first["Attributes"]["SequenceNumber"], numbers[0])
    # Group a is locked while its first message is in flight.
    rest = receive(made, MaxNumberOfMessages=10)
    equal([message["Body"] for message in rest], ["b0", "b1", "b2"])
    equal(receive(made, MaxNumberOfMessages=10), [])
    sqs.delete_message(QueueUrl=made, ReceiptHandle=first["ReceiptHandle"])
    equal([message["Body"] for message in receive(made, MaxNumberOfMessages=10)], ["a1", "a2"])
    error = raises(ClientError, sqs.send_message, QueueUrl=made, MessageBody="x", code="MissingParameter")
    assert "MessageGroupId" in str(error), error


def deduplication():
    made = fifo_queue("deduplication")
    send = {"QueueUrl": made, "MessageGroupId": "g", "MessageDeduplicationId": "same"}
    first = sqs.send_message(MessageBody="first", **send)
    second = sqs.send_message(MessageBody="second", **send)
    equal((second["MessageId"], second["SequenceNumber"]), (first["MessageId"], first["SequenceNumber"]))
    equal([message["Body"] for message in drain(made, 1)], ["first"])
    sqs.send_message(MessageBody="third", **send)
    equal(attributes_of(made)["ApproximateNumberOfMessages"], "0")
    raises(
        ClientError, sqs.send_message, QueueUrl=made, MessageBody="x", MessageGroupId="g", code="InvalidParameterValue"
    )


def attempt():
    made = fifo_queue("attempt", ContentBasedDeduplication="true")
    for index in range(3):
        sqs.send_message(QueueUrl=made, MessageBody=str(index), MessageGroupId="g")
    bodies = [
        [message["Body"] for message in receive(made, MaxNumberOfMessages=2, ReceiveRequestAttemptId="try-1")]
        for _ in range(2)
    ]
    equal(bodies, [["0", "1"], ["0", "1"]])


def deadletter():
    source, dead = dead_letter_pair("deadletter")
    sent = sqs.send_message(QueueUrl=source, MessageBody="poison")["MessageId"]
    equal(one(source)["MessageId"], sent)
    equal(receive(source), [])
    moved = one(dead, **{SYSTEM_NAMES: ["All"]})
    equal((moved["MessageId"], moved["Body"]), (sent, "poison"))
    if MODERN:
        equal(moved["Attributes"]["DeadLetterQueueSourceArn"], arn_of(source))
    equal(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [source])


def move():
    source, dead = dead_letter_pair("move")
    sqs.send_message(QueueUrl=source, MessageBody="again")
    one(source)
    equal(receive(source), [])
    started = sqs.start_message_move_task(SourceArn=arn_of(dead), MaxNumberOfMessagesPerSecond=500)
    assert started["TaskHandle"], started
    equal(one(source)["Body"], "again")
    deadline = time.monotonic() + 30
    task = sqs.list_message_move_tasks(SourceArn=arn_of(dead))["Results"][0]
    while task["Status"] == "RUNNING" and time.monotonic() < deadline:
        receive(dead, WaitTimeSeconds=1)
        task = sqs.list_message_move_tasks(SourceArn=arn_of(dead))["Results"][0]
    equal((task["Status"], task["ApproximateNumberOfMessagesMoved"]), ("COMPLETED", 1))
    equal(task["SourceArn"], arn_of(dead))
    missing = sqs.exceptions.ResourceNotFoundException
    raises(missing, sqs.start_message_move_task, SourceArn=arn_of(dead) + "-nowhere")
    raises(ClientError, sqs.start_message_move_task, SourceArn=arn_of(source), code="InvalidParameterValue")
    raises(missing, sqs.cancel_message_move_task, TaskHandle=started["TaskHandle"])


def purge():
    made = queue("purge")
    sqs.send_message_batch(QueueUrl=made, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(10)])
    equal(attributes_of(made)["ApproximateNumberOfMessages"], "10")
    sqs.purge_queue(QueueUrl=made)
    equal(attributes_of(made)["ApproximateNumberOfMessages"], "0")
    raises(sqs.exceptions.PurgeQueueInProgress, sqs.purge_queue, QueueUrl=made)


def tags():
    made = queue("tags")
    assert not sqs.list_queue_tags(QueueUrl=made).get("Tags")
    sqs.tag_queue(QueueUrl=made, Tags={"team": "river", "größe": "Fluß", "empty": ""})
    sqs.tag_queue(QueueUrl=made, Tags={"team": "lake"})
    equal(sqs.list_queue_tags(QueueUrl=made)["Tags"], {"team": "lake", "größe": "Fluß", "empty": ""})
    sqs.untag_queue(QueueUrl=made, TagKeys=["team", "empty", "never-set"])
    equal(sqs.list_queue_tags(QueueUrl=made)["Tags"], {"größe": "Fluß"})


def permission():
    made = queue("permission")
    grant = {"QueueUrl": made, "Label": "readers", "AWSAccountIds": ["111111111111"], "Actions": ["ReceiveMessage"]}
    sqs.add_permission(**grant)
    (statement,) = json.loads(attributes_of(made, "Policy")["Policy"])["Statement"]
    equal((statement["Sid"], statement["Effect"], statement["Resource"]), ("readers", "Allow", arn_of(made)))
    assert "111111111111" in json.dumps(statement["Principal"]), statement
    equal(statement["Action"], "SQS:ReceiveMessage")
    raises(ClientError, sqs.add_permission, **grant, code="InvalidParameterValue")
    sqs.remove_permission(QueueUrl=made, Label="readers")
    assert "readers" not in attributes_of(made, "Policy").get("Policy", "")
    raises(ClientError, sqs.remove_permission, QueueUrl=made, Label="readers", code="InvalidParameterValue")


def large():
    made = queue("large")
    body = "0123456789abcdef" * (MIB // 16)
    equal(sqs.send_message(QueueUrl=made, MessageBody=body)["MD5OfMessageBody"], md5(body.encode()))
    message = one(made)
    assert message["Body"] == body, "the body came back changed"
    raises(ClientError, sqs.send_message, QueueUrl=made, MessageBody=body + "x", code="InvalidParameterValue")
    halves = [{"Id": "a", "MessageBody": body[: MIB // 2]}, {"Id": "b", "MessageBody": body[: MIB // 2 + 1]}]
    raises(sqs.exceptions.BatchRequestTooLong, sqs.send_message_batch, QueueUrl=made, Entries=halves)


def unicode():
    made = queue("unicode")
    user = {"note": text(TEXT)}
    sent = sqs.send_message(QueueUrl=made, MessageBody=TEXT, MessageAttributes=user)
    equal((sent["MD5OfMessageBody"], sent["MD5OfMessageAttributes"]), (md5(TEXT.encode()), md5_of_attributes(user)))
    message = one(made, MessageAttributeNames=["note"])
    equal((message["Body"], message["MessageAttributes"]), (TEXT, user))


def errors():
    made = queue("errors")
    gone = made + "-nowhere"
    missing = sqs.exceptions.QueueDoesNotExist
    code = "AWS.SimpleQueueService.NonExistentQueue"
    raises(missing, sqs.send_message, QueueUrl=gone, MessageBody="x", code=code)
    raises(missing, sqs.receive_message, QueueUrl=gone, code=code)
    error = raises(missing, sqs.delete_queue, QueueUrl=gone, code=code)
    metadata = error.response["ResponseMetadata"]
    equal(metadata["HTTPStatusCode"], 400)
    assert metadata["RequestId"], metadata
    raises(sqs.exceptions.InvalidMessageContents, sqs.send_message, QueueUrl=made, MessageBody="a\x00b")
    for member, value in (("MaxNumberOfMessages", 11), ("WaitTimeSeconds", 21), ("VisibilityTimeout", 43201)):
        raises(ClientError, sqs.receive_message, QueueUrl=made, code="InvalidParameterValue", **{member: value})
    raises(ClientError, sqs.create_queue, QueueName="not a name", code="InvalidParameterValue")
    raises(
        sqs.exceptions.ReceiptHandleIsInvalid,
        sqs.change_message_visibility,
        QueueUrl=made,
        ReceiptHandle="junk",
        VisibilityTimeout=1,
    )


def presigned():
    made = queue("presigned")
    assert "<MessageId>" in follow(signed_url(made, Action="SendMessage", MessageBody=f"by link {TEXT}"))
    equal(one(made)["Body"], f"by link {TEXT}")
    if not MODERN:
        members = {"QueueUrl": made, "MessageBody": "by the SDK's link"}
        follow(sqs.generate_presigned_url("send_message", Params=members, HttpMethod="GET"))
        equal(one(made)["Body"], "by the SDK's link")


def removal():
    made = queue("removal")
    sqs.send_message(QueueUrl=made, MessageBody="lost")
    sqs.delete_queue(QueueUrl=made)
    raises(sqs.exceptions.QueueDoesNotExist, sqs.receive_message, QueueUrl=made)
    raises(sqs.exceptions.QueueDeletedRecently, queue, "removal")
    assert not sqs.list_queues(QueueNamePrefix=f"{RUN}-removal").get("QueueUrls")


def addresses():
    made = queue("addresses")
    path = urllib.parse.urlsplit(made).path
    region = session.region_name
    hosts = (f"https://sqs.{region}.amazonaws.com", f"https://{region}.queue.amazonaws.com", "http://elsewhere:4566")
    for index, host in enumerate(hosts):
        sqs.send_message(QueueUrl=host + path, MessageBody=str(index))
    equal(sorted(message["Body"] for message in drain(made, 3)), ["0", "1", "2"])


def regions():
    made = queue("regions")
    sqs.send_message(QueueUrl=made, MessageBody="here")
    there = session.client("sqs", endpoint_url=ENDPOINT, region_name="eu-central-1")
    raises(there.exceptions.QueueDoesNotExist, there.get_queue_url, QueueName=f"{RUN}-regions")
    other = there.create_queue(QueueName=f"{RUN}-regions")["QueueUrl"]
    found = there.get_queue_attributes(QueueUrl=other, AttributeNames=["All"])["Attributes"]
    equal((found["QueueArn"].split(":")[3], found["ApproximateNumberOfMessages"]), ("eu-central-1", "0"))


def identity():
    who = session.client("sts", endpoint_url=ENDPOINT).get_caller_identity()
    equal(who["Account"], arn_of(queue("identity")).split(":")[4])
    assert who["Arn"].startswith("arn:aws:"), who
    assert who["UserId"], who


STEPS = {
    "create": create, "url": url, "list": list_queues, "attributes": attributes, "roundtrip": roundtrip,
    "select": select, "batch": batch, "longpoll": longpoll, "delay": delay, "visibility": visibility,
    "delete": delete, "fifo": fifo, "deduplication": deduplication, "attempt": attempt, "deadletter": deadletter,
    "move": move, "purge": purge, "tags": tags, "permission": permission, "large": large, "unicode": unicode,
    "errors": errors, "presigned": presigned, "removal": removal, "addresses": addresses, "regions": regions,
    "identity": identity,
}  # fmt: skip
if not MODERN:
    del STEPS["move"]


def refused():
    error = raises(ClientError, sqs.list_queues)
    equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 403)
    try:
        follow(signed_url(f"{ENDPOINT}/", Action="ListQueues"))
    except urllib.error.HTTPError as link_error:
        equal(link_error.code, 403)
    else:
        raise AssertionError("a link signed with a wrong secret was followed")
    print("refused", error.response["Error"]["Code"])


def main():
    if sys.argv[1:] == ["refused"]:
        return refused()
    failures = 0
    for name, step in STEPS.items():
        try:
            step()
            print("ok", name, flush=True)
        except Exception:  # noqa: BLE001 - the other steps are still worth taking
            failures += 1
            print("FAILED", name, flush=True)
            traceback.print_exc()
    return failures


sys.exit(1 if main() else 0)
