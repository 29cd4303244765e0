"""What AWS refuses, and in which words: the same is said here, letter by letter, by both protocols.

Source: answers that AWS gave to requests like these.
"""

import html
import json
import re
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from weirmq.kernel.clock import ManualClock
from weirmq.testing import Server

ARN = "arn:aws:sqs:us-east-1:000000000000:"
STANDARD, FIFO, SMALL, EXPIRED = (
    "/000000000000/s",
    "/000000000000/f.fifo",
    "/000000000000/small",
    "/000000000000/e.fifo",
)
BATCH_OVER_1_MIB = [{"Id": f"{index}", "MessageBody": "x" * 104_857} for index in range(10)]
BATCH_OVER_1_MIB[0]["MessageBody"] += "x" * 7
LONG = "a" * 129
TOKEN_RULE = "can only include alphanumeric and punctuation characters. 1 to 128 in length."
NO_GROUP = "The request must contain the parameter MessageGroupId."
PERMISSION = {"AWSAccountIds": ["111122223333"], "Actions": ["SendMessage"]}
STRANGE_TASK = b64encode(json.dumps({"taskId": "10f6a5f2", "sourceArn": f"{ARN}dead"}).encode()).decode()


class Refusal(NamedTuple):
    """`code` is that of Query, `shape` that of JSON; None where they are the same."""

    code: str
    shape: str | None
    message: str
    status: int = 400


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", "InvalidParameterValueException", message)


def value(given: object, parameter: str, reason: str) -> Refusal:
    return invalid(f"Value {given} for parameter {parameter} is invalid. Reason: {reason}")


def missing(parameter: str) -> Refusal:
    message = f"The request must contain the parameter {parameter}."
    return Refusal("MissingParameter", "MissingRequiredParameterException", message)


def sqs(code: str, message: str, status: int = 400) -> Refusal:
    return Refusal(f"AWS.SimpleQueueService.{code}", code, message, status)


def unknown(attribute: str) -> Refusal:
    return Refusal("InvalidAttributeName", None, f"Unknown Attribute {attribute}.")


def for_fifo(attribute: str) -> Refusal:
    return Refusal("InvalidAttributeName", None, f"You can specify the {attribute} only when FifoQueue is set to true.")


def other(attribute: str) -> Refusal:
    message = f"A queue already exists with the same name and a different value for attribute {attribute}"
    return Refusal("QueueAlreadyExists", "QueueNameExists", message)


def gone(message: str) -> Refusal:
    return Refusal("ResourceNotFoundException", None, message, 404)


def to_fifo(**members: Any) -> dict[str, Any]:
    return {"QueueUrl": FIFO, "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d", **members}


CASES: list[tuple[str, dict[str, Any], Refusal]] = [
    ("SendMessageBatch", {"QueueUrl": STANDARD, "Entries": BATCH_OVER_1_MIB},
     sqs("BatchRequestTooLong", "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.")),
    ("SendMessageBatch", {"QueueUrl": STANDARD, "Entries": [{"Id": "a b", "MessageBody": "x"}]},
     sqs("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
         "It can be at most 80 letters long.")),
    ("SendMessageBatch",
     {"QueueUrl": STANDARD, "Entries": [{"Id": f"{index}", "MessageBody": "x"} for index in range(20)]},
     sqs("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 20.")),
    ("PurgeQueue", {"QueueUrl": STANDARD},
     sqs("PurgeQueueInProgress", "Only one PurgeQueue operation on s is allowed every 60 seconds.", 403)),
    ("CreateQueue", {"QueueName": "n", "Attributes": {"ContentBasedDeduplication": "true"}},
     unknown("ContentBasedDeduplication")),
    ("CreateQueue", {"QueueName": "n", "Attributes": {"FifoQueue": "false"}}, unknown("FifoQueue")),
    ("SetQueueAttributes", {"QueueUrl": STANDARD, "Attributes": {"FifoQueue": "true"}}, unknown("FifoQueue")),
    ("SetQueueAttributes", {"QueueUrl": STANDARD, "Attributes": {"DeduplicationScope": "queue"}},
     for_fifo("DeduplicationScope")),
    ("CreateQueue", {"QueueName": "n", "Attributes": {"FifoThroughputLimit": "perQueue"}},
     for_fifo("FifoThroughputLimit")),
    ("SetQueueAttributes", {"QueueUrl": FIFO, "Attributes": {"FifoQueue": "false"}},
     Refusal("InvalidAttributeValue", None,
             "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.")),
    ("SendMessage",
     {"QueueUrl": STANDARD, "MessageBody": "x",
      "MessageAttributes": {"ErrorDetails": {"DataType": "String", "StringValue": ""}}},
     invalid("Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.")),
    ("SendMessage", {"QueueUrl": SMALL, "MessageBody": "x" * 1025},
     invalid("One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.")),
    ("SendMessage", {"QueueUrl": STANDARD, "MessageBody": "x" * 1_048_577},
     invalid("One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.")),
    ("SendMessage", to_fifo(MessageDeduplicationId=None),
     invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
             "explicitly")),
    ("SendMessage", to_fifo(MessageGroupId=None), missing("MessageGroupId")),
    ("SendMessage", {"QueueUrl": STANDARD}, missing("MessageBody")),
    *(("SendMessage", to_fifo(**{parameter: given}), value(given, parameter, f"{parameter} {TOKEN_RULE}"))
       for parameter in ("MessageGroupId", "MessageDeduplicationId") for given in ("", LONG, "group 123")),
    ("SendMessage", to_fifo(DelaySeconds=2),
     value(2, "DelaySeconds", "The request include parameter that is not valid for this queue type.")),
    *(("ReceiveMessage", {"QueueUrl": STANDARD, "WaitTimeSeconds": given},
        value(given, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")) for given in (-1, 21)),
    ("ReceiveMessage", {"QueueUrl": STANDARD, "MaxNumberOfMessages": 11},
     value(11, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")),
    ("AddPermission", {"QueueUrl": STANDARD, "Label": "known", **PERMISSION},
     value("known", "Label", "Already exists.")),
    ("RemovePermission", {"QueueUrl": STANDARD, "Label": "unknown"}, value("unknown", "Label", "can't find label.")),
    ("CreateQueue", {"QueueName": "s", "Attributes": {"DelaySeconds": "2"}}, other("DelaySeconds")),
    ("CreateQueue",
     {"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true", "ContentBasedDeduplication": "true"}},
     other("ContentBasedDeduplication")),
    ("StartMessageMoveTask", {"SourceArn": f"{ARN}s"},
     invalid("Source queue must be configured as a Dead Letter Queue.")),
    ("StartMessageMoveTask", {"SourceArn": f"{ARN}dead"},
     invalid("There is already a task running. Only one active task is allowed for a source queue arn at a given "
             "time.")),
    ("StartMessageMoveTask", {"SourceArn": f"{ARN}nowhere"},
     gone("The resource that you specified for the SourceArn parameter doesn't exist.")),
    ("StartMessageMoveTask", {"SourceArn": f"{ARN}dead", "DestinationArn": f"{ARN}nowhere"},
     gone("The resource that you specified for the DestinationArn parameter doesn't exist.")),
    ("CancelMessageMoveTask", {"TaskHandle": "foobared"}, invalid("Value for parameter TaskHandle is invalid.")),
    ("CancelMessageMoveTask", {"TaskHandle": STRANGE_TASK}, gone("Task does not exist.")),
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Where the queues are as the cases want them."""
    with Server(clock=ManualClock(1_700_000_000_000)) as started:
        client = started.client("sqs")
        for name in ("s", "small", "source", "dead", "f.fifo", "e.fifo"):
            client.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if name.endswith("fifo") else {})
        client.set_queue_attributes(QueueUrl=SMALL, Attributes={"MaximumMessageSize": "1024"})
        redrive = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 1})
        client.set_queue_attributes(QueueUrl="/000000000000/source", Attributes={"RedrivePolicy": redrive})
        client.purge_queue(QueueUrl=STANDARD)
        client.add_permission(QueueUrl=STANDARD, Label="known", **PERMISSION)
        client.send_message(QueueUrl="/000000000000/dead", MessageBody="x")
        client.start_message_move_task(SourceArn=f"{ARN}dead", DestinationArn=f"{ARN}s", MaxNumberOfMessagesPerSecond=1)
        yield started


def over_json(server: Server, operation: str, members: dict[str, Any]) -> tuple[Refusal, str]:
    """How a request is refused, and what the header for clients that know the old codes says."""
    headers = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    body, error = ask(server, json.dumps(members).encode(), headers)
    found = json.loads(body)
    code, _, shape = found["__type"].partition("#")
    assert code == "com.amazonaws.sqs"
    return Refusal("", shape, found["message"], error.code), error.headers["x-amzn-query-error"]


def over_query(server: Server, operation: str, members: dict[str, Any]) -> Refusal:
    """How the same request in the Query protocol is refused."""
    form = {"Action": operation, "Version": "2012-11-05", **dict(flat(members))}
    body, error = ask(server, urlencode(form).encode(), {})
    match = re.search(r"<Error><Type>Sender</Type><Code>(.*)</Code><Message>(.*)</Message><Detail/></Error>", body)
    assert match, body
    return Refusal(match[1], None, html.unescape(match[2]), error.code)


def ask(server: Server, body: bytes, headers: dict[str, str]) -> tuple[str, urllib.error.HTTPError]:
    request = urllib.request.Request(server.endpoint_url, body, headers)  # noqa: S310 - the test's own server
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310
    with caught.value as error:
        return error.read().decode(), error


def flat(members: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The parameters of the Query protocol."""
    names = {
        "Attributes": "Attribute", "MessageAttributes": "MessageAttribute", "Entries": "SendMessageBatchRequestEntry",
        "AWSAccountIds": "AWSAccountId", "Actions": "ActionName",
    }  # fmt: skip
    for name, given in members.items():
        inside = names.get(name, name)
        if isinstance(given, dict):
            for number, (key, held) in enumerate(given.items(), 1):
                yield f"{inside}.{number}.Name", key
                parts = flat(held) if isinstance(held, dict) else [("", held)]
                for part, text in parts:
                    yield f"{inside}.{number}.Value{'.' if part else ''}{part}", text
        elif isinstance(given, list):
            for number, held in enumerate(given, 1):
                parts = flat(held) if isinstance(held, dict) else [("", held)]
                yield from ((f"{inside}.{number}{'.' if part else ''}{part}", text) for part, text in parts)
        elif given is not None:
            yield name, given


def both(server: Server, operation: str, members: dict[str, Any], expected: Refusal) -> None:
    """Ask by both protocols."""
    found, header = over_json(server, operation, members)
    assert found == expected._replace(code="", shape=expected.shape or expected.code)
    assert header == f"{expected.code};Sender"
    assert over_query(server, operation, members) == expected._replace(shape=None)


@pytest.mark.parametrize(("operation", "members", "expected"), CASES, ids=lambda part: str(part)[:40])
def test_words_of_aws(server: Server, operation: str, members: dict[str, Any], expected: Refusal) -> None:
    both(server, operation, members, expected)


def test_a_missing_queue_has_words_of_its_own_in_each_protocol(server: Server) -> None:
    code, members = "AWS.SimpleQueueService.NonExistentQueue", {"QueueUrl": "/000000000000/none", "MessageBody": "x"}
    found, header = over_json(server, "SendMessage", members)
    assert found == Refusal("", "QueueDoesNotExist", "The specified queue does not exist.")
    assert header == f"{code};Sender"
    words = "The specified queue does not exist for this wsdl version."
    assert over_query(server, "SendMessage", members) == Refusal(code, None, words)


def test_an_expired_receipt_handle(server: Server) -> None:
    client = server.client("sqs")
    client.send_message(QueueUrl=EXPIRED, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
    handle = client.receive_message(QueueUrl=EXPIRED)["Messages"][0]["ReceiptHandle"]
    server.clock.advance(seconds=31)
    members = {"QueueUrl": EXPIRED, "ReceiptHandle": handle}
    both(server, "DeleteMessage", members, value(handle, "ReceiptHandle", "The receipt handle has expired."))
