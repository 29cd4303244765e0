"""The Query protocol, with SQS as its example."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.services import QUEUE, SQS, STS, operation, request_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.query import QueryCodec, escape
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types import sqs, sts
from weirmq.wire.http import Response

CODEC = QueryCodec()
SQS_NAMESPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"
STS_NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"


def flat(response: Response, namespace: str) -> Any:
    """An XML body as nested lists of (name, content), the namespace taken off every name."""

    def walk(element: ET.Element) -> Any:
        name = element.tag.removeprefix(namespace)
        assert not name.startswith("{")
        return name, [walk(child) for child in element] if len(element) else element.text or ""

    assert response.content_type == b"text/xml"
    return walk(ET.fromstring(response.body))  # noqa: S314 - our own


def test_request_is_read_into_its_struct() -> None:
    body = b"Action=SendMessage&QueueUrl=http%3A%2F%2Fh%2F1%2Fq&MessageBody=a%E2%82%AC&DelaySeconds=5"
    request = CODEC.decode(operation("SendMessage"), request_of(body))
    assert request == sqs.SendMessageRequest(QueueUrl="http://h/1/q", MessageBody="a€", DelaySeconds=5)


def test_request_by_get() -> None:
    request = request_of(method=b"GET", query=b"Action=GetQueueUrl&QueueName=a%2Fb")
    assert CODEC.decode(operation("GetQueueUrl"), request) == sqs.GetQueueUrlRequest(QueueName="a/b")


def test_the_path_names_the_queue_where_nothing_else_does() -> None:
    receive = operation("ReceiveMessage")
    found: Any = CODEC.decode(receive, request_of(b"Action=ReceiveMessage", path=b"/123456789012/q"))
    assert found.QueueUrl == QUEUE
    found = CODEC.decode(receive, request_of(b"QueueUrl=x", path=b"/123456789012/q"))
    assert found.QueueUrl == "x"
    secure = request_of(b"", path=b"/123456789012/q")
    secure.secure = True
    found = CODEC.decode(receive, secure)
    assert found.QueueUrl == QUEUE.replace("http:", "https:")
    assert CODEC.decode(operation("ListQueues"), request_of(path=b"/123456789012/q")) == sqs.ListQueuesRequest()
    with pytest.raises(ServiceError, match=r"The request must contain the parameter QueueUrl\."):
        CODEC.decode(receive, request_of(b"Action=ReceiveMessage"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"MaxNumberOfMessages=x", "Integer expected"),
        (b"MaxNumberOfMessages=", "Integer expected"),
        (b"MaxNumberOfMessages=1_0", "Integer expected"),
        (b"MaxNumberOfMessages=3000000000", "Value out of range for Integer"),
        (b"MaxNumberOfMessages=" + b"9" * 100_000, "Integer expected"),
        ("MaxNumberOfMessages=٣".encode(), "Integer expected"),
    ],
)
def test_what_is_no_number_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(operation("ReceiveMessage"), request_of(b"QueueUrl=q&" + body))
    assert (caught.value.code, caught.value.message) == ("SerializationException", message)
    assert b"<Code>MalformedInput</Code>" in CODEC.encode_error(SQS, caught.value, "1f").body


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(operation("SendMessage"), request_of(b"QueueUrl=q"))
    response = CODEC.encode_error(SQS, caught.value, "1f")
    assert b"<Code>MissingParameter</Code><Message>The request must contain the parameter MessageBody." in response.body


def test_limits_of_the_model_are_said_as_aws_says_them() -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(STS.operations["AssumeRole"], request_of(b"RoleArn=x&RoleSessionName=a&DurationSeconds=1"))
    response = CODEC.encode_error(STS, caught.value, "1f")
    (_, ((_, error), _)) = flat(response, STS_NAMESPACE)
    assert dict(error) == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": "3 validation errors detected: "
        "Value 'x' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; "
        "Value 'a' at 'roleSessionName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 2; "
        "Value '1' at 'durationSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 900",
        "Detail": "",
    }


# The XML of the examples in the SQS API reference of 2012-11-05.
def test_receive_message() -> None:
    message = sqs.Message(
        MessageId="5fea7756",
        ReceiptHandle="MbZj6wDW",
        MD5OfBody="fafb00f5",
        Body="This is a test message",
        Attributes={"SenderId": "195004372649", "SentTimestamp": "1238099229000"},
        MessageAttributes={"k": sqs.MessageAttributeValue(DataType="Binary", BinaryValue=b"\x00\xff")},
    )
    answer = sqs.ReceiveMessageResult(Messages=[message, sqs.Message(MessageId="2")])
    response = CODEC.encode(operation("ReceiveMessage"), answer, "b6633655")
    assert flat(response, SQS_NAMESPACE) == (
        "ReceiveMessageResponse",
        [
            (
                "ReceiveMessageResult",
                [
                    (
                        "Message",
                        [
                            ("MessageId", "5fea7756"),
                            ("ReceiptHandle", "MbZj6wDW"),
                            ("MD5OfBody", "fafb00f5"),
                            ("Body", "This is a test message"),
                            ("Attribute", [("Name", "SenderId"), ("Value", "195004372649")]),
                            ("Attribute", [("Name", "SentTimestamp"), ("Value", "1238099229000")]),
                            (
                                "MessageAttribute",
                                [("Name", "k"), ("Value", [("BinaryValue", "AP8="), ("DataType", "Binary")])],
                            ),
                        ],
                    ),
                    ("Message", [("MessageId", "2")]),
                ],
            ),
            ("ResponseMetadata", [("RequestId", "b6633655")]),
        ],
    )


@pytest.mark.parametrize(
    ("name", "answer", "result"),
    [
        ("ListQueues", sqs.ListQueuesResult(QueueUrls=["a", "b"]), [("QueueUrl", "a"), ("QueueUrl", "b")]),
        (
            "GetQueueAttributes",
            sqs.GetQueueAttributesResult(Attributes={"DelaySeconds": "0"}),
            [("Attribute", [("Name", "DelaySeconds"), ("Value", "0")])],
        ),
        ("ListQueueTags", sqs.ListQueueTagsResult(Tags={"k": "v"}), [("Tag", [("Key", "k"), ("Value", "v")])]),
        (
            "DeleteMessageBatch",
            sqs.DeleteMessageBatchResult(
                Successful=[sqs.DeleteMessageBatchResultEntry(Id="1")],
                Failed=[sqs.BatchResultErrorEntry(Id="2", SenderFault=True, Code="c", Message="m")],
            ),
            [
                ("DeleteMessageBatchResultEntry", [("Id", "1")]),
                ("BatchResultErrorEntry", [("Id", "2"), ("SenderFault", "true"), ("Code", "c"), ("Message", "m")]),
            ],
        ),
        (
            "ListDeadLetterSourceQueues",
            sqs.ListDeadLetterSourceQueuesResult(queueUrls=["a"], NextToken="t"),
            [("QueueUrl", "a"), ("NextToken", "t")],
        ),
    ],
)
def test_documented_answers(name: str, answer: Any, result: Any) -> None:
    response = CODEC.encode(operation(name), answer, "1f")
    expected = [(f"{name}Result", result), ("ResponseMetadata", [("RequestId", "1f")])]
    assert flat(response, SQS_NAMESPACE) == (f"{name}Response", expected)


def test_an_operation_without_answer_has_metadata_only() -> None:
    response = CODEC.encode(operation("DeleteMessage"), None, "1f")
    expected = ("DeleteMessageResponse", [("ResponseMetadata", [("RequestId", "1f")])])
    assert flat(response, SQS_NAMESPACE) == expected


def test_times_are_iso() -> None:
    credentials = sts.Credentials(
        AccessKeyId="A" * 16, SecretAccessKey="s", SessionToken="t", Expiration=Timestamp(1_422_172_800_000)
    )
    answer = sts.GetSessionTokenResponse(Credentials=credentials)
    body = CODEC.encode(STS.operations["GetSessionToken"], answer, "1f").body
    assert b"<Expiration>2015-01-25T08:00:00Z</Expiration>" in body


def test_an_error_has_the_code_and_words_of_query() -> None:
    error = ServiceError("QueueDoesNotExist", "The specified queue does not exist.")
    response = CODEC.encode_error(SQS, error, "1f")
    assert response.status == 400
    assert flat(response, SQS_NAMESPACE) == (
        "ErrorResponse",
        [
            (
                "Error",
                [
                    ("Type", "Sender"),
                    ("Code", "AWS.SimpleQueueService.NonExistentQueue"),
                    ("Message", "The specified queue does not exist for this wsdl version."),
                    ("Detail", ""),
                ],
            ),
            ("RequestId", "1f"),
        ],
    )


def test_a_fault_of_ours_is_said_so() -> None:
    response = CODEC.encode_error(SQS, ServiceError("InternalFailure", "<&>", status=500, sender=False), "1f")
    assert response.status == 500
    assert b"<Type>Receiver</Type><Code>InternalFailure</Code><Message>&lt;&amp;&gt;</Message>" in response.body


def test_a_carriage_return_survives_a_parser() -> None:
    answer = sqs.ReceiveMessageResult(Messages=[sqs.Message(Body="a\r\nb\tc")])
    response = CODEC.encode(operation("ReceiveMessage"), answer, "1f")
    assert b"a&#xD;\nb\tc" in response.body
    body = ET.fromstring(response.body).find(f".//{SQS_NAMESPACE}Body")  # noqa: S314 - our own
    assert body is not None
    assert body.text == "a\r\nb\tc"


@given(st.text(), st.sampled_from([1, 300]))
def test_any_text_is_read_back_from_xml(text: str, times: int) -> None:
    text *= times  # short and long texts go different ways
    element = ET.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>'.encode())  # noqa: S314 - our own
    assert (element.text or "") == "".join(character if is_xml(character) else "\ufffd" for character in text)


def is_xml(character: str) -> bool:
    """XML 1.0, 2.2."""
    code = ord(character)
    return character in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_refusal(body: bytes) -> None:
    for name in ("SendMessage", "SendMessageBatch", "CreateQueue"):
        try:
            CODEC.decode(operation(name), request_of(body))
        except ServiceError as error:
            ET.fromstring(CODEC.encode_error(SQS, error, "1f").body)  # noqa: S314 - our own


def test_plain_texts_stay_texts() -> None:
    body = b"Action=GetQueueUrl&Version=2012-11-05&QueueName=null&QueueOwnerAWSAccountId=000000000012"
    asked: Any = CODEC.decode(operation("GetQueueUrl"), request_of(body))
    assert (asked.QueueName, asked.QueueOwnerAWSAccountId) == ("null", "000000000012")
