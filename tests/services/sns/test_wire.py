"""Through the Query protocol: parameters in, XML out."""

from xml.etree import ElementTree as ET

import pytest

from tests.services.sns.world import World
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.model import load
from weirmq.wire.aws.query import QueryCodec
from weirmq.wire.http import Request

CODEC = QueryCodec()
MODEL = load("sns")
NULL = "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"


def asked(world: World, text: str) -> tuple[int, ET.Element]:
    """Status and document of the answer to a form, `Action=...` in front."""
    operation = MODEL.operations[text.partition("&")[0].partition("=")[2]]
    headers = {b"content-type": b"application/x-www-form-urlencoded"}
    request = Request(b"POST", b"/", b"/", b"", headers, text.encode())
    try:
        answer = world.sns.operations[operation.name](world.sns, world.call(), CODEC.decode(operation, request))
        response = CODEC.encode(operation, answer, "id")
    except ServiceError as error:
        response = CODEC.encode_error(MODEL, error, "id")
    document = ET.fromstring(response.body)  # noqa: S314 - our own
    for element in document.iter():
        element.tag = element.tag.rpartition("}")[2]
    return response.status, document


def error(document: ET.Element) -> tuple[str | None, str | None, str | None]:
    return tuple(document.findtext(f"Error/{name}") for name in ("Type", "Code", "Message"))  # type: ignore[return-value]


def test_a_publish(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    world.subscribe(topic, queue, RawMessageDelivery="true")
    status, document = asked(
        world,
        f"Action=Publish&Version=2010-03-31&TopicArn={topic}&Message=a%26b&MessageAttributes.entry.1.Name=size"
        "&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=big"
        "&MessageAttributes.entry.2.Name=raw&MessageAttributes.entry.2.Value.DataType=Binary"
        "&MessageAttributes.entry.2.Value.BinaryValue=AQI%3D",
    )
    assert status == 200
    assert document.findtext("PublishResult/MessageId")
    [message] = world.receive(queue)
    assert message.Body == "a&b"
    assert message.MessageAttributes["size"].StringValue == "big"
    assert message.MessageAttributes["raw"].BinaryValue == b"\x01\x02"


def test_lists_and_maps(world: World) -> None:
    status, document = asked(
        world,
        "Action=CreateTopic&Name=orders&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=Shop"
        "&Tags.member.1.Key=team&Tags.member.1.Value=sales",
    )
    assert status == 200
    arn = document.findtext("CreateTopicResult/TopicArn")
    _, document = asked(world, f"Action=GetTopicAttributes&TopicArn={arn}")
    found = {entry.findtext("key"): entry.findtext("value") for entry in document.iter("entry")}
    assert found["DisplayName"] == "Shop"
    _, document = asked(world, f"Action=ListTagsForResource&ResourceArn={arn}")
    assert [tag.findtext("Value") for tag in document.iter("member")] == ["sales"]


@pytest.mark.parametrize(
    ("text", "status", "code", "message"),
    [
        ("Action=Publish&TopicArn=x&Message=", 400, "InvalidParameter", ""),
        (
            "Action=Publish&TopicArn=arn:aws:sns:us-east-1:111122223333:none&Message=x",
            404,
            "NotFound",
            "Topic does not exist",
        ),
        (
            (
                "Action=Publish&TopicArn=x&Message=x&MessageAttributes.entry.1.Name=attr1"
                "&MessageAttributes.entry.1.Value.StringValue=x"
            ),
            400,
            "ValidationError",
            NULL.format("messageAttributes.attr1.member.dataType"),
        ),
        (
            (
                "Action=PublishBatch&TopicArn=x&PublishBatchRequestEntries.member.1.Id=a"
                "&PublishBatchRequestEntries.member.1.Message=x"
                "&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Name=attr1"
                "&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.StringValue=x"
            ),
            400,
            "ValidationError",
            NULL.format("publishBatchRequestEntries.1.member.messageAttributes.attr1.member.dataType"),
        ),
        (
            "Action=CreatePlatformApplication&Name=x&Platform=GCM",
            400,
            "ValidationError",
            NULL.format("attributes"),
        ),
    ],
)
def test_refusals(world: World, text: str, status: int, code: str, message: str) -> None:
    found, document = asked(world, text)
    kind, its_code, its_message = error(document)
    assert (found, kind, its_code) == (status, "Sender", code)
    assert its_message == message or not message


def test_a_batch_of_nothing(world: World) -> None:
    topic = world.topic()
    for more in ("", "&PublishBatchRequestEntries="):
        _, document = asked(world, f"Action=PublishBatch&TopicArn={topic}{more}")
        assert error(document)[1] == "EmptyBatchRequest"


def test_every_operation_is_there(world: World) -> None:
    assert set(world.sns.operations) == set(MODEL.operations)
