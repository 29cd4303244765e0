"""Query parameters: names of AWS's own documentation, and what hostile ones cost."""

import contextlib
import time
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.services import operation, request_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import form

Pairs = dict[str, str]


def tree(name: str, pairs: Pairs) -> Any:
    shape = operation(name).input_shape
    assert shape is not None
    return form.tree(shape, form.parameters(request_of(urlencode(pairs).encode())))


# Parameters as the SQS API reference of 2012-11-05 gives them in its Query examples.
@pytest.mark.parametrize(
    ("name", "pairs", "expected"),
    [
        (
            "CreateQueue",
            {
                "QueueName": "q",
                "Attribute.1.Name": "VisibilityTimeout",
                "Attribute.1.Value": "40",
                "Attribute.2.Name": "DelaySeconds",
                "Attribute.2.Value": "1",
                "Tag.1.Key": "QueueType",
                "Tag.1.Value": "Production",
            },
            {
                "QueueName": "q",
                "Attributes": {"VisibilityTimeout": "40", "DelaySeconds": "1"},
                "tags": {"QueueType": "Production"},
            },
        ),
        (
            "SetQueueAttributes",
            {"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "35"},
            {"Attributes": {"DelaySeconds": "35"}},
        ),
        (
            "GetQueueAttributes",
            {"AttributeName.1": "VisibilityTimeout", "AttributeName.2": "DelaySeconds"},
            {"AttributeNames": ["VisibilityTimeout", "DelaySeconds"]},
        ),
        (
            "ReceiveMessage",
            {"MaxNumberOfMessages": "5", "AttributeName.1": "All", "MessageAttributeName.1": "a.*"},
            {"MaxNumberOfMessages": "5", "AttributeNames": ["All"], "MessageAttributeNames": ["a.*"]},
        ),
        (
            "SendMessage",
            {
                "MessageBody": "b",
                "MessageAttribute.1.Name": "k",
                "MessageAttribute.1.Value.StringValue": "v",
                "MessageAttribute.1.Value.DataType": "String",
                "MessageSystemAttribute.1.Name": "AWSTraceHeader",
                "MessageSystemAttribute.1.Value.StringValue": "Root=1",
                "MessageSystemAttribute.1.Value.DataType": "String",
            },
            {
                "MessageBody": "b",
                "MessageAttributes": {"k": {"StringValue": "v", "DataType": "String"}},
                "MessageSystemAttributes": {"AWSTraceHeader": {"StringValue": "Root=1", "DataType": "String"}},
            },
        ),
        (
            "SendMessageBatch",
            {
                "SendMessageBatchRequestEntry.1.Id": "a",
                "SendMessageBatchRequestEntry.1.MessageBody": "x",
                "SendMessageBatchRequestEntry.2.Id": "b",
                "SendMessageBatchRequestEntry.2.MessageAttribute.1.Name": "k",
                "SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType": "Number",
            },
            {
                "Entries": [
                    {"Id": "a", "MessageBody": "x"},
                    {"Id": "b", "MessageAttributes": {"k": {"DataType": "Number"}}},
                ]
            },
        ),
        (
            "DeleteMessageBatch",
            {"DeleteMessageBatchRequestEntry.1.Id": "a", "DeleteMessageBatchRequestEntry.1.ReceiptHandle": "h"},
            {"Entries": [{"Id": "a", "ReceiptHandle": "h"}]},
        ),
        (
            "ChangeMessageVisibilityBatch",
            {
                "ChangeMessageVisibilityBatchRequestEntry.1.Id": "a",
                "ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout": "45",
            },
            {"Entries": [{"Id": "a", "VisibilityTimeout": "45"}]},
        ),
        (
            "AddPermission",
            {"Label": "l", "AWSAccountId.1": "123456789012", "ActionName.1": "SendMessage", "ActionName.2": "*"},
            {"Label": "l", "AWSAccountIds": ["123456789012"], "Actions": ["SendMessage", "*"]},
        ),
        ("TagQueue", {"Tag.1.Key": "k", "Tag.1.Value": "v"}, {"Tags": {"k": "v"}}),
        ("UntagQueue", {"TagKey.1": "k", "TagKey.2": "l"}, {"TagKeys": ["k", "l"]}),
    ],
)
def test_documented_names(name: str, pairs: Pairs, expected: Any) -> None:
    assert tree(name, pairs) == expected


def test_entries_come_in_the_order_of_their_numbers() -> None:
    pairs = {"AttributeName.10": "j", "AttributeName.2": "b", "AttributeName.999999999": "z", "AttributeName.1": "a"}
    assert tree("GetQueueAttributes", pairs) == {"AttributeNames": ["a", "b", "j", "z"]}


def test_an_empty_list_is_written_as_an_empty_value() -> None:
    assert tree("GetQueueAttributes", {"AttributeName": ""}) == {"AttributeNames": []}


def test_parameters_of_query_string_and_body_together() -> None:
    request = request_of(b"B=2&A=body", query=b"A=query&C=%E2%82%AC+x&D")
    assert form.parameters(request) == {"A": "body", "B": "2", "C": "€ x", "D": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"Attribute.1.Name=a&Attribute.1=b",
        b"Attribute.1=b&Attribute.1.Name=a",
        b"Attribute.x.Name=a",
        b"Attribute.-1.Name=a",
        b"Attribute.1e3.Name=a",
        "Attribute.٣.Name=a".encode(),
        b"Attribute.99999999999999999999.Name=a",
        b"Attribute=5",
        b"Attribute.1=5",
        b"Attribute.1.Value=5",
        b"QueueName.1.2=5",
        b"QueueName=%FF",
        b"QueueName=\xff",
        b"%FF=x",
        b"." * 100_000 + b"=x",
        b"&".join(b"a%d=1" % number for number in range(20_000)),
    ],
    ids=range(16),
)
def test_hostile_parameters_are_refused(body: bytes) -> None:
    shape = operation("CreateQueue").input_shape
    assert shape is not None
    with pytest.raises(ServiceError) as caught:
        form.tree(shape, form.parameters(request_of(body)))
    assert caught.value.code == "SerializationException"


def test_a_million_parameters_are_refused_before_they_are_read() -> None:
    body = b"a=b&" * 1_000_000
    start = time.process_time()
    with pytest.raises(ServiceError):
        form.parameters(request_of(body))
    assert time.process_time() - start < 0.1  # reading them would take seconds


@given(st.binary(max_size=200) | st.text(alphabet="AtributeNm.1&=%+F", max_size=100).map(str.encode))
def test_any_bytes_are_a_tree_or_a_refusal(body: bytes) -> None:
    for name in ("CreateQueue", "SendMessageBatch", "GetQueueAttributes"):
        shape = operation(name).input_shape
        assert shape is not None
        with contextlib.suppress(ServiceError):
            form.tree(shape, form.parameters(request_of(body)))


@given(st.binary(max_size=40) | st.text(alphabet="%=+2Ff \r\n~_.", max_size=40).map(str.encode))
def test_percent_encoding_is_undone_as_the_standard_library_does(text: bytes) -> None:
    assert form._unquoted(text) == unquote_to_bytes(text.replace(b"+", b" "))
