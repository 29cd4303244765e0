"""AWS JSON, with SQS as its example."""

import contextlib
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws import services
from tests.wire.aws.generated import service_of
from tests.wire.aws.services import QUEUE, SQS, STS, json_request, operation, request_of
from tests.wire.aws.vectors_in_reverse import Case, parameters
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.errors import malformed
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.scalars import EpochSeconds, HttpDate, Iso8601, Timestamp
from weirmq.wire.aws.types import sqs
from weirmq.wire.aws.types.dynamodb import ListTablesOutput

CODEC = JsonCodec("1.0")
SEND = operation("SendMessage")


def decoded(tree: Any, name: str = "SendMessage") -> Any:
    return CODEC.decode(operation(name), json_request(tree))


def refusal(tree: Any, name: str = "SendMessage") -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        decoded(tree, name)
    return caught.value


def test_request_is_read_into_its_struct() -> None:
    attribute = {"DataType": "Binary", "BinaryValue": "AAH/"}
    request = decoded(
        {"QueueUrl": QUEUE, "MessageBody": "a€", "DelaySeconds": 5, "MessageAttributes": {"k": attribute}}
    )
    assert request == sqs.SendMessageRequest(
        QueueUrl=QUEUE,
        MessageBody="a€",
        DelaySeconds=5,
        MessageAttributes={"k": sqs.MessageAttributeValue(DataType="Binary", BinaryValue=b"\x00\x01\xff")},
    )


def test_null_means_absent_everywhere() -> None:
    tree = {"QueueUrl": QUEUE, "MessageBody": "a", "DelaySeconds": None, "MessageAttributes": {"k": None}}
    assert decoded(tree) == sqs.SendMessageRequest(QueueUrl=QUEUE, MessageBody="a", MessageAttributes={})
    names = decoded({"QueueUrl": QUEUE, "AttributeNames": ["All", None]}, "ReceiveMessage")
    assert names.AttributeNames == ["All"]
    assert refusal({"QueueUrl": QUEUE, "MessageBody": None}).code == "MissingRequiredParameterException"


def test_surplus_members_are_ignored() -> None:
    tree = {"QueueUrl": QUEUE, "MessageBody": "a", "Surplus": {"deep": [1, {"x": None}]}}
    assert decoded(tree) == sqs.SendMessageRequest(QueueUrl=QUEUE, MessageBody="a")


def test_a_whole_number_may_have_a_point() -> None:
    assert CODEC.decode(SEND, request_of(b'{"QueueUrl":"q","MessageBody":"a","DelaySeconds":5.0}')).DelaySeconds == 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_operation_without_required_members_needs_no_body(body: bytes) -> None:
    assert CODEC.decode(operation("ListQueues"), request_of(body)) == sqs.ListQueuesRequest()


@pytest.mark.parametrize("name", ["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
def test_a_batch_without_entries_reaches_the_service(name: str) -> None:
    for tree in ({"QueueUrl": QUEUE}, {"QueueUrl": QUEUE, "Entries": None}, {"QueueUrl": QUEUE, "Entries": []}):
        assert decoded(tree, name).Entries == []


@pytest.mark.parametrize(
    ("name", "tree", "parameter"),
    [
        ("SendMessage", {"QueueUrl": QUEUE}, "MessageBody"),
        ("SendMessage", {"MessageBody": "a"}, "QueueUrl"),
        ("SendMessage", {}, "QueueUrl"),
        ("CreateQueue", {}, "QueueName"),
        ("ChangeMessageVisibility", {"QueueUrl": QUEUE, "ReceiptHandle": "h"}, "VisibilityTimeout"),
        ("SendMessageBatch", {"QueueUrl": QUEUE, "Entries": [{"Id": "1"}]}, "Entries.1.MessageBody"),
    ],
)
def test_the_first_missing_parameter_is_named(name: str, tree: Any, parameter: str) -> None:
    error = refusal(tree, name)
    assert error.code == "MissingRequiredParameterException"
    assert error.message == f"The request must contain the parameter {parameter}."
    assert error.status == 400


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"MessageBody": 5}, "NUMBER_VALUE cannot be converted to String"),
        ({"MessageBody": True}, "TRUE_VALUE cannot be converted to String"),
        ({"MessageBody": {}}, "Start of structure or map found where not expected."),
        ({"MessageBody": []}, "Start of list found where not expected"),
        ({"DelaySeconds": "5"}, "STRING_VALUE cannot be converted to Integer"),
        ({"DelaySeconds": 2**31}, "Value out of range for Integer"),
        ({"DelaySeconds": 0.5}, "NUMBER_VALUE cannot be converted to Integer"),
        ({"MessageAttributes": "x"}, "Expected map or null"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(part: Any, message: str) -> None:
    error = refusal({"QueueUrl": QUEUE, "MessageBody": "a", **part})
    assert (error.code, error.message, error.status) == ("SerializationException", message, 400)


@pytest.mark.parametrize("body", services.HOSTILE_JSON, ids=range(len(services.HOSTILE_JSON)))
def test_hostile_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(SEND, request_of(body))
    assert caught.value.code == "SerializationException"
    assert CODEC.encode_error(SQS, caught.value, "1f").status == 400


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\ud80truefalsn0123.eE-QMDA', max_size=100).map(str.encode))
def test_any_bytes_are_a_request_or_a_refusal(body: bytes) -> None:
    for name in ("SendMessage", "ReceiveMessage", "ListQueues"):
        try:
            CODEC.decode(operation(name), request_of(body))
        except ServiceError as error:
            CODEC.encode_error(SQS, error, "1f")


MEMBERS = st.sampled_from(
    ["QueueUrl", "MessageBody", "Entries", "Id", "MessageAttributes", "DataType", "BinaryValue", "DelaySeconds", "a"]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(MEMBERS, TREES, max_size=6))
def test_any_json_is_a_request_or_a_refusal(tree: Any) -> None:
    for name in ("SendMessage", "SendMessageBatch"):
        with contextlib.suppress(ServiceError):
            decoded(tree, name)


JSON_CASES = [p for p in parameters("input", {}) if p.id.startswith("json")]


@pytest.mark.parametrize("case", JSON_CASES)
def test_the_slow_path_reads_what_the_fast_one_does(case: Case) -> None:
    tested = case.operation()
    request = request_of(case.facts["serialized"].get("body", "{}").encode())
    expected = CODEC.decode(tested, request)
    tested.prebuilt["json.decode"] = refuse_everything
    assert repr(CODEC.decode(tested, request)) == repr(expected)  # not ==, for NaN


def refuse_everything(body: bytes) -> Any:
    raise UnicodeDecodeError("utf-8", body, 0, 1, "to force the slow path")


def test_answer_leaves_out_what_is_none() -> None:
    response = CODEC.encode(SEND, sqs.SendMessageResult(MessageId="m", MD5OfMessageBody="d"), "1f")
    assert response.status == 200
    assert response.content_type == b"application/x-amz-json-1.0"
    assert response.headers == ((b"x-amzn-RequestId", b"1f"),)
    assert json.loads(response.body) == {"MessageId": "m", "MD5OfMessageBody": "d"}


def test_bytes_are_written_in_base64() -> None:
    value = sqs.MessageAttributeValue(DataType="Binary", BinaryValue=b"\x00\x01\xff")
    answer = sqs.ReceiveMessageResult(Messages=[sqs.Message(MessageAttributes={"k": value})])
    tree = json.loads(CODEC.encode(operation("ReceiveMessage"), answer, "1f").body)
    assert tree["Messages"][0]["MessageAttributes"]["k"]["BinaryValue"] == "AAH/"


def test_an_empty_answer_is_an_empty_object() -> None:
    assert CODEC.encode(operation("DeleteMessage"), None, "1f").body == b"{}"
    assert CODEC.encode(operation("ReceiveMessage"), sqs.ReceiveMessageResult(), "1f").body == b"{}"


TIMES = service_of(
    {
        "metadata": {"protocol": "json", "jsonVersion": "1.1"},
        "operations": {"Tell": {"name": "Tell", "input": {"shape": "Times"}, "output": {"shape": "Times"}}},
        "shapes": {
            "Times": {
                "type": "structure",
                "members": {
                    "plain": {"shape": "Time"},
                    "iso": {"shape": "Time", "timestampFormat": "iso8601"},
                    "http": {"shape": "Time", "timestampFormat": "rfc822"},
                    "epoch": {"shape": "Time", "timestampFormat": "unixTimestamp"},
                },
            },
            "Time": {"type": "timestamp"},
        },
    }
)


def test_times_are_written_as_their_members_say() -> None:
    tell = TIMES.operations["Tell"]
    body = (
        b'{"plain":1422172800.5,"iso":"2015-01-25T08:00:00.500Z",'
        b'"http":"Sun, 25 Jan 2015 08:00:00 GMT","epoch":1422172800}'
    )
    times: Any = CODEC.decode(tell, request_of(body))
    assert (times.plain, times.iso) == (1_422_172_800_500, 1_422_172_800_500)
    assert list(map(type, (times.plain, times.iso, times.http, times.epoch))) == [
        Timestamp,
        Iso8601,
        HttpDate,
        EpochSeconds,
    ]
    assert CODEC.encode(tell, times, "1f").body == body


@pytest.mark.parametrize("value", ['"x"', "true", "[]", "{}", "1e300", "1e999", '"' + "9" * 60 + '"', "9" * 30])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(TIMES.operations["Tell"], request_of(f'{{"plain":{value}}}'.encode()))
    assert caught.value.code == "SerializationException"


# Recorded from AWS: the code in `__type`, that in x-amzn-query-error, the status.
@pytest.mark.parametrize(
    ("code", "query_code", "status"),
    [
        ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400),
        ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", 400),
        ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", 400),
        ("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
        ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400),
        ("InvalidAttributeName", "InvalidAttributeName", 400),
        ("InvalidAttributeValue", "InvalidAttributeValue", 400),
        ("InvalidParameterValueException", "InvalidParameterValue", 400),
        ("MissingRequiredParameterException", "MissingParameter", 400),
        ("QueueNameExists", "QueueAlreadyExists", 400),
        ("ResourceNotFoundException", "ResourceNotFoundException", 404),
    ],
)
def test_errors_have_both_codes(code: str, query_code: str, status: int) -> None:
    for raised in (code, query_code):
        response = CODEC.encode_error(SQS, ServiceError(raised, "why", status=status), "1f")
        tree = json.loads(response.body)
        assert tree == {"__type": tree["__type"], "message": "why"}
        assert tree["__type"].rpartition("#")[2] == code
        assert dict(response.headers)[b"x-amzn-query-error"] == f"{query_code};Sender".encode()
        assert response.status == status


def test_what_cannot_be_read_has_a_message_with_a_capital() -> None:
    for service in (SQS, load("kinesis"), load("dynamodb")):
        response = CODEC.encode_error(service, malformed("why"), "1f")
        assert json.loads(response.body)["Message"] == "why"
        assert "message" not in json.loads(response.body)


def test_a_modelled_error_has_the_services_namespace() -> None:
    response = CODEC.encode_error(SQS, ServiceError("QueueDoesNotExist", "why"), "1f")
    assert json.loads(response.body)["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"


def test_a_fault_of_ours_is_said_so() -> None:
    response = CODEC.encode_error(SQS, ServiceError("InternalFailure", "", status=500, sender=False), "1f")
    assert json.loads(response.body) == {"__type": "com.amazon.coral.service#InternalFailure"}
    assert dict(response.headers)[b"x-amzn-query-error"] == b"InternalFailure;Receiver"


def test_only_a_service_that_spoke_query_has_the_header() -> None:
    response = CODEC.encode_error(STS, ServiceError("ValidationException", "why"), "1f")
    assert [name for name, _ in response.headers] == [b"x-amzn-RequestId"]


def test_answers_of_dynamodb_say_their_checksum() -> None:
    """SDKs hold an answer to it where it is there; botocore's checker of responses for DynamoDB is one."""
    dynamodb = load("dynamodb")
    encoded = CODEC.encode(dynamodb.operations["ListTables"], ListTablesOutput(TableNames=["leases"]), "1f")
    failed = CODEC.encode_error(dynamodb, ServiceError("ResourceNotFoundException", "why"), "1f")
    for response in (encoded, failed):
        assert dict(response.headers)[b"x-amz-crc32"] == str(zlib.crc32(response.body)).encode()
    assert json.loads(failed.body)["__type"] == "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
