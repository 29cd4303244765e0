import hashlib

import pytest

from tests.services.sqs.kit import binary, bodies, documented_md5, receive, send, text
from tests.services.sqs.world import ACCOUNT, ORIGIN, World, refused
from weirmq.wire.aws.types.sqs import MessageAttributeValue, MessageSystemAttributeValue

TOKEN_RULE = "can only include alphanumeric and punctuation characters. 1 to 128 in length."
WRONG_TYPE = "The request include parameter that is not valid for this queue type."
MIB = 1_048_576


def test_the_answer_has_an_id_and_the_digest_of_the_body(world: World) -> None:
    url = world.create()
    answer = send(world, url, "käse 🧀")
    assert answer.MD5OfMessageBody == hashlib.md5("käse 🧀".encode(), usedforsecurity=False).hexdigest()
    assert len(answer.MessageId) == 36
    assert answer.MD5OfMessageAttributes is None
    assert answer.MD5OfMessageSystemAttributes is None
    assert answer.SequenceNumber is None
    (message,) = receive(world, url)
    assert (message.MessageId, message.Body, message.MD5OfBody) == (
        answer.MessageId,
        "käse 🧀",
        answer.MD5OfMessageBody,
    )


def test_ids_differ(world: World) -> None:
    url = world.create()
    assert len({send(world, url).MessageId for _ in range(20)}) == 20


def test_attributes_have_the_documented_digest(world: World) -> None:
    url = world.create()
    given = {
        "zeta": text("ümlaut"),
        "Alpha": text("3.25", "Number.float"),
        "blob.1": binary(b"\x00\xff", "Binary.png"),
        "a-b_c": text("x", "String.custom"),
    }
    assert send(world, url, MessageAttributes=given).MD5OfMessageAttributes == documented_md5(given)


def test_a_trace_header_has_its_own_digest(world: World) -> None:
    url = world.create()
    value = "Root=1-5759e988-bd862e3fe1be46a994272793"
    system = {"AWSTraceHeader": MessageSystemAttributeValue(DataType="String", StringValue=value)}
    answer = send(world, url, MessageSystemAttributes=system)
    assert answer.MD5OfMessageSystemAttributes == documented_md5({"AWSTraceHeader": text(value)})
    (message,) = receive(world, url, MessageSystemAttributeNames=["AWSTraceHeader"])
    assert message.Attributes == {"AWSTraceHeader": value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Other", MessageSystemAttributeValue(DataType="String", StringValue="x")),
        ("AWSTraceHeader", MessageSystemAttributeValue(DataType="Number", StringValue="1")),
        ("AWSTraceHeader", MessageSystemAttributeValue(DataType="String")),
    ],
)
def test_other_system_attributes_are_refused(world: World, name: str, value: MessageSystemAttributeValue) -> None:
    url = world.create()
    with refused("InvalidParameterValueException"):
        send(world, url, MessageSystemAttributes={name: value})


def test_there_is_no_such_queue(world: World) -> None:
    with refused("QueueDoesNotExist", "The specified queue does not exist."):
        send(world, f"{ORIGIN}/{ACCOUNT}/nowhere")


def test_an_empty_body_is_a_missing_one(world: World) -> None:
    url = world.create()
    with refused("MissingRequiredParameterException", "The request must contain the parameter MessageBody."):
        send(world, url, "")


@pytest.mark.parametrize("letter", ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_letters_that_xml_cannot_hold_are_refused(world: World, letter: str) -> None:
    url = world.create()
    message = (
        f"Invalid binary character '#x{ord(letter):X}' was found in the message body, the set of allowed characters is "
        "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]"
    )
    with refused("InvalidMessageContents", message):
        send(world, url, f"good{letter}")
    with refused("InvalidMessageContents"):
        send(world, url, MessageAttributes={"a": text(letter)})
    with refused("InvalidMessageContents"):
        send(world, url, MessageAttributes={"a": text("x", f"String.{letter}")})
    assert world.queue().messages == {}


def test_the_edges_of_what_xml_can_hold_pass(world: World) -> None:
    url = world.create()
    edges = "\t\n\r \ud7ff\ue000\ufffd\U00010000\U0010ffff"
    send(world, url, edges)
    assert world.bodies(url) == [edges]


def test_a_message_has_a_mebibyte(world: World) -> None:
    url = world.create()
    send(world, url, "x" * MIB)
    too_long = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
    with refused("InvalidParameterValueException", too_long):
        send(world, url, "x" * (MIB + 1))
    with refused("InvalidParameterValueException", too_long):
        send(world, url, "é" * (MIB // 2) + "x")


def test_names_types_and_values_of_attributes_count(world: World) -> None:
    url = world.create(MaximumMessageSize="1024")
    given = {"name": text("value"), "blob": binary(b"12345")}
    taken = len("name") + len("String") + len("value") + len("blob") + len("Binary") + 5
    send(world, url, "x" * (1024 - taken), MessageAttributes=given)
    with refused(
        "InvalidParameterValueException",
        "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    ):
        send(world, url, "x" * (1025 - taken), MessageAttributes=given)


def test_a_trace_header_does_not_count(world: World) -> None:
    url = world.create(MaximumMessageSize="1024")
    system = {"AWSTraceHeader": MessageSystemAttributeValue(DataType="String", StringValue="Root=1")}
    assert send(world, url, "x" * 1024, MessageSystemAttributes=system).MessageId


def test_ten_attributes_and_no_more(world: World) -> None:
    url = world.create()
    send(world, url, MessageAttributes={f"a{n}": text("x") for n in range(10)})
    with refused(
        "InvalidParameterValueException", "Number of message attributes [11] exceeds the allowed maximum [10]."
    ):
        send(world, url, MessageAttributes={f"a{n}": text("x") for n in range(11)})


@pytest.mark.parametrize("name", ["", ".a", "a.", "a..b", "a b", "ä", "AWS.x", "aws.x", "Amazon.x", "a" * 257, "a\n"])
def test_names_of_attributes(world: World, name: str) -> None:
    url = world.create()
    with refused("InvalidParameterValueException"):
        send(world, url, MessageAttributes={name: text("x")})


@pytest.mark.parametrize("name", ["a" * 256, "A.b-c_9", "awsome"])
def test_good_names_of_attributes(world: World, name: str) -> None:
    url = world.create()
    send(world, url, MessageAttributes={name: text("x")})
    (message,) = receive(world, url, MessageAttributeNames=[name])
    assert set(message.MessageAttributes or {}) == {name}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (text("x", ""), "The message attribute 'a' must contain non-empty message attribute type."),
        (
            text("x", "Text"),
            (
                "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is"
                " Binary, Number, and String."
            ),
        ),
        (text("x", "String."), ""),
        (text("x", "String." + "x" * 250), ""),
        (text(""), "Message (user) attribute 'a' must contain a non-empty value of type 'String'."),
        (binary(b""), "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'."),
        (text("x", "Binary"), "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'."),
        (binary(b"x", "String"), "Message (user) attribute 'a' must contain a non-empty value of type 'String'."),
        (text("ten", "Number"), "Can't cast the value of message (user) attribute 'a' to a number."),
        (text("1\n", "Number"), "Can't cast the value of message (user) attribute 'a' to a number."),
    ],
)
def test_types_and_values_of_attributes(world: World, value: MessageAttributeValue, message: str) -> None:
    url = world.create()
    with refused("InvalidParameterValueException", message):
        send(world, url, MessageAttributes={"a": value})


@pytest.mark.parametrize("number", ["0", "-1", "+3.5", ".5", "1.", "1e10", "12345678901234567890123456789012345678"])
def test_numbers(world: World, number: str) -> None:
    url = world.create()
    send(world, url, MessageAttributes={"a": text(number, "Number")})
    (message,) = receive(world, url, MessageAttributeNames=["All"])
    assert message.MessageAttributes == {"a": text(number, "Number")}


def test_lists_are_not_supported(world: World) -> None:
    url = world.create()
    value = MessageAttributeValue(DataType="String", StringValue="x", StringListValues=["a"])
    with refused("UnsupportedOperation"):
        send(world, url, MessageAttributes={"a": value})


@pytest.mark.parametrize("delay_s", [-1, 901])
def test_a_delay_out_of_range(world: World, delay_s: int) -> None:
    url = world.create()
    with refused(
        "InvalidParameterValueException",
        f"Value {delay_s} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    ):
        send(world, url, DelaySeconds=delay_s)


def test_a_timer_holds_a_message_back(world: World) -> None:
    url = world.create()
    send(world, url, "later", DelaySeconds=900)
    send(world, url, "now")
    assert world.attributes(url)["ApproximateNumberOfMessagesDelayed"] == "1"
    assert world.bodies(url) == ["now"]
    world.clock.advance(milliseconds=899_999)
    assert world.bodies(url) == ["now"]
    world.clock.advance(milliseconds=1)
    assert world.attributes(url)["ApproximateNumberOfMessagesDelayed"] == "0"
    assert world.bodies(url) == ["later"]


def test_a_delay_queue_delays_what_has_no_timer(world: World) -> None:
    url = world.create(DelaySeconds="10")
    send(world, url, "delayed")
    send(world, url, "at once", DelaySeconds=0)
    assert world.bodies(url) == ["at once"]
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"DelaySeconds": "0"})
    assert world.bodies(url) == []  # a standard queue's messages keep the delay they had
    world.clock.advance(seconds=10)
    assert world.bodies(url) == ["delayed"]


def test_a_group_on_a_standard_queue(world: World) -> None:
    url = world.create()
    answer = send(world, url, MessageGroupId="tenant!" + "x" * 121)
    assert answer.SequenceNumber is None
    with refused(
        "InvalidParameterValueException",
        f"Value group 123 for parameter MessageGroupId is invalid. Reason: MessageGroupId {TOKEN_RULE}",
    ):
        send(world, url, MessageGroupId="group 123")
    with refused(
        "InvalidParameterValueException",
        f"Value d for parameter MessageDeduplicationId is invalid. Reason: {WRONG_TYPE}",
    ):
        send(world, url, MessageDeduplicationId="d")


@pytest.mark.parametrize("token", ["", "a" * 129, "group 123", "grüße", "a\n"])
@pytest.mark.parametrize("parameter", ["MessageGroupId", "MessageDeduplicationId"])
def test_tokens_of_fifo_queues(world: World, parameter: str, token: str) -> None:
    url = world.create("orders.fifo", FifoQueue="true")
    with refused(
        "InvalidParameterValueException",
        f"Value {token} for parameter {parameter} is invalid. Reason: {parameter} {TOKEN_RULE}",
    ):
        send(world, url, **{"MessageGroupId": "g", "MessageDeduplicationId": "d", parameter: token})


def test_what_a_fifo_queue_must_have(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true")
    with refused("MissingRequiredParameterException", "The request must contain the parameter MessageGroupId."):
        send(world, url, MessageDeduplicationId="d")
    with refused(
        "InvalidParameterValueException",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    ):
        send(world, url, MessageGroupId="g")
    with refused(
        "InvalidParameterValueException", f"Value 2 for parameter DelaySeconds is invalid. Reason: {WRONG_TYPE}"
    ):
        send(world, url, MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=2)


def test_nothing_changes_by_what_is_refused(world: World) -> None:
    url = world.create()
    end = world.journal.end
    with refused("InvalidParameterValueException"):
        send(world, url, DelaySeconds=901)
    assert world.journal.end == end
    assert bodies(receive(world, url)) == []
