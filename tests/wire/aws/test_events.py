"""Event streams as botocore reads them, and what they are made of."""

import json
from typing import Any, cast

import pytest
from botocore.eventstream import EventStreamBuffer

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.cbor import CborCodec, parse
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.events import Events
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.query import QueryCodec
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import ChildShard, HashKeyRange, Record, SubscribeToShardEvent

OPERATION = load("kinesis").operations["SubscribeToShard"]
CODECS: list[Codec] = [JsonCodec("1.1"), CborCodec()]
TYPES = {"json-1.1": "application/json", "cbor-1.1": "application/x-amz-cbor-1.1"}
RECORD = Record(
    SequenceNumber="49", Data=b"\0\xff", PartitionKey="k", ApproximateArrivalTimestamp=Timestamp(1_700_000_000_123)
)
CHILD = ChildShard(
    ShardId="shardId-000000000001",
    ParentShards=["shardId-000000000000"],
    HashKeyRange=HashKeyRange(StartingHashKey="0", EndingHashKey="9"),
)

each = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)


def parsed(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Headers and payload of one frame, by botocore's reader."""
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    [message] = list(buffer)
    return dict(message.headers), message.payload


def tree(codec: Codec, payload: bytes) -> Any:
    return json.loads(payload) if codec.name == "json-1.1" else parse(payload)


@each
def test_a_stream_begins_with_a_head_and_a_first_frame(codec: Codec) -> None:
    head = Events(codec, OPERATION).begin("the-id")
    assert (head.status, head.content_type) == (200, b"application/vnd.amazon.eventstream")
    assert head.headers == ((b"x-amzn-RequestId", b"the-id"),)
    headers, payload = parsed(head.body)
    assert headers == {
        ":message-type": "event", ":event-type": "initial-response", ":content-type": TYPES[codec.name],
    }  # fmt: skip
    assert tree(codec, payload) == {}


@each
def test_an_event_says_which_member_of_the_union_it_is(codec: Codec) -> None:
    event = SubscribeToShardEvent(
        Records=[RECORD], ContinuationSequenceNumber="49", MillisBehindLatest=0, ChildShards=[CHILD]
    )
    headers, payload = parsed(Events(codec, OPERATION).event(event))
    assert headers == {
        ":message-type": "event", ":event-type": "SubscribeToShardEvent", ":content-type": TYPES[codec.name],
    }  # fmt: skip
    found = tree(codec, payload)
    assert found["ContinuationSequenceNumber"] == "49"
    assert found["MillisBehindLatest"] == 0
    assert found["ChildShards"][0]["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": "9"}
    assert found["Records"][0]["Data"] == ("AP8=" if codec.name == "json-1.1" else b"\0\xff")


@each
def test_members_that_are_absent_are_left_out(codec: Codec) -> None:
    event = SubscribeToShardEvent(Records=[], ContinuationSequenceNumber=cast("Any", None), MillisBehindLatest=7)
    _, payload = parsed(Events(codec, OPERATION).event(event))
    assert tree(codec, payload) == {"Records": [], "MillisBehindLatest": 7}


@each
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ResourceNotFoundException", "ResourceNotFoundException"),
        ("InternalFailure", "InternalFailureException"),
        ("KMSOptInRequired", "KMSOptInRequired"),
    ],
)
def test_exceptions_of_the_union(codec: Codec, code: str, kind: str) -> None:
    headers, payload = parsed(Events(codec, OPERATION).refusal(ServiceError(code, "it is so")))
    assert headers == {":message-type": "exception", ":exception-type": kind, ":content-type": TYPES[codec.name]}
    assert tree(codec, payload) == {"message": "it is so"}


@each
def test_an_error_that_the_model_does_not_know(codec: Codec) -> None:
    headers, payload = parsed(Events(codec, OPERATION).refusal(ServiceError("AccessDeniedException", "no")))
    assert headers == {":message-type": "error", ":error-code": "AccessDeniedException", ":error-message": "no"}
    assert payload == b""


def test_query_has_no_event_streams() -> None:
    with pytest.raises(TypeError, match="query"):
        Events(QueryCodec(), OPERATION)


def of_size(size: int) -> SubscribeToShardEvent:
    record = Record(SequenceNumber="49", Data=bytes(size), PartitionKey="k")
    return SubscribeToShardEvent(Records=[record], ContinuationSequenceNumber="49", MillisBehindLatest=0)


def test_the_largest_record_fits_into_a_frame_but_no_larger_one() -> None:
    events = Events(JsonCodec("1.1"), OPERATION)
    _, payload = parsed(events.event(of_size(10 * 1024 * 1024)))
    assert len(payload) > 13 * 1024 * 1024
    with pytest.raises(ValueError, match="16 MiB"):
        events.event(of_size(13 * 1024 * 1024))
