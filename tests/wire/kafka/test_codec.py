"""Readers and writers of Kafka's messages: all versions of all messages, whole, cut and garbled."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.wire.kafka import drawn
from weirmq.wire.kafka import apis, codec, head
from weirmq.wire.kafka.decoders import ELEMENTS_MAX
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.api_versions_request import ApiVersionsRequest
from weirmq.wire.kafka.messages.describe_cluster_response import DescribeClusterResponse
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, ReplicaState
from weirmq.wire.kafka.messages.metadata_response import MetadataResponse
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import (
    StreamsGroupHeartbeatRequest,
    Subtopology,
    Topology,
)
from weirmq.wire.kafka.schema import Message

EACH = pytest.mark.parametrize(
    ("message", "version"), drawn.PAIRS, ids=[f"{message.name}-{version}" for message, version in drawn.PAIRS]
)


def encoded(message: Message, version: int, value: Any) -> bytes:
    out = bytearray()
    codec.encoder(message, version)(value, out)
    return bytes(out)


@EACH
def test_a_message_comes_back_as_it_was(message: Message, version: int) -> None:
    random = Random(f"{message.name} {version}")  # noqa: S311 - repeatable on purpose
    for _ in range(5):
        value = drawn.message(random, message, version)
        found = codec.decode(message, version, memoryview(encoded(message, version, value)))
        assert found == value


@EACH
def test_bytes_that_are_cut_or_garbled_are_malformed_or_another_message(message: Message, version: int) -> None:
    random = Random(f"{version} {message.name}")  # noqa: S311 - repeatable on purpose
    raw = encoded(message, version, drawn.message(random, message, version))
    for length in range(0, len(raw), max(1, len(raw) // 20)):
        with pytest.raises(Malformed):
            codec.decode(message, version, memoryview(raw[:length]))
    for _ in range(20):
        garbled = bytearray(raw or b"\0")
        garbled[random.randrange(len(garbled))] = random.choice([0, 1, 127, 128, 255, random.randrange(256)])
        try:
            found = codec.decode(message, version, memoryview(garbled))
        except Malformed:
            continue
        assert type(found) is message.body.holder


def test_the_bytes_of_a_request_are_kafkas() -> None:
    # By hand from the protocol guide: compact strings and lists have a length of one more, then the tagged fields.
    message = apis.request(18)
    value = ApiVersionsRequest(client_software_name="kcat", client_software_version="1.7")
    assert encoded(message, 3, value) == b"\x05kcat\x041.7\x00"
    assert encoded(message, 0, value) == b""


def test_fetch_before_and_after_topic_ids() -> None:
    partition = FetchPartition(partition=1, fetch_offset=7, partition_max_bytes=100)
    value = FetchRequest(max_wait_ms=5, min_bytes=1, topics=[FetchTopic("t", b"i" * 16, [partition])])
    old = encoded(apis.request(1), 4, value)
    assert old == bytes.fromhex(
        "ffffffff 00000005 00000001 7fffffff 00"  # replica, patience, least, most, isolation
        "00000001 0001 74 00000001 00000001 0000000000000007 00000064"
    )
    new = encoded(apis.request(1), 13, value)
    assert b"i" * 16 in new
    assert codec.decode(apis.request(1), 13, memoryview(new)).topics[0].topic == ""


def test_tagged_fields_are_written_where_they_say_something_and_unknown_ones_passed_over() -> None:
    message = apis.request(1)
    plain, told = FetchRequest(), FetchRequest(cluster_id="c", replica_state=ReplicaState(3, 4))
    raw, longer = encoded(message, 15, plain), encoded(message, 15, told)
    assert raw[-1:] == b"\0"
    assert longer[len(raw) - 1 :] == b"\x02" + b"\x00\x02\x02c" + b"\x01\x0d" + bytes.fromhex(
        "00000003 0000000000000004 00"
    )
    unknown = raw[:-1] + b"\x01\x63\x03abc"
    assert codec.decode(message, 15, memoryview(unknown)) == plain
    for wrong in (b"\x01\x63\x04abc", b"\x01\x00\x03\x02c\0", b"\x01\x01\x0c" + bytes(13)):
        with pytest.raises(Malformed):
            codec.decode(message, 15, memoryview(raw[:-1] + wrong))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: setattr(value, "brokers", None),
        lambda value: setattr(value, "cluster_id", None),
    ],
)
def test_null_is_never_sent_where_the_version_has_none(change: Callable[[Any], None]) -> None:
    value = DescribeClusterResponse(cluster_id="c")
    change(value)
    with pytest.raises((TypeError, AttributeError)):
        encoded(apis.response(60), 0, value)
    assert encoded(apis.response(3), 12, MetadataResponse(cluster_id=None))  # here it may be


def test_a_list_can_not_be_longer_than_its_bytes() -> None:
    raw = b"\xff\xff\xff\xff" + bytes(8) + b"\x7f\xff\xff\xff" + b"\0" + b"\x7f\xff\xff\xff"
    with pytest.raises(Malformed, match="more elements"):
        codec.decode(apis.request(1), 4, memoryview(raw))


def test_lists_in_an_element_count_as_elements_even_where_they_are_empty() -> None:
    most = ELEMENTS_MAX // 7  # a subtopology has six lists
    message = apis.request(88)
    whole = encoded(message, 0, StreamsGroupHeartbeatRequest(topology=Topology(0, [Subtopology()] * most)))
    assert len(codec.decode(message, 0, memoryview(whole)).topology.subtopologies) == most
    large = encoded(message, 0, StreamsGroupHeartbeatRequest(topology=Topology(0, [Subtopology()] * (most + 1))))
    with pytest.raises(Malformed, match="more elements"):
        codec.decode(message, 0, memoryview(large))


def test_surplus_bytes_are_ignored() -> None:
    raw = bytes.fromhex("00000000 01 00 00")  # what librdkafka 2.16 sends for all topics
    found = codec.decode(apis.request(3), 13, memoryview(raw))
    assert found.topics is None


def test_a_traceback_shows_the_line_that_was_made() -> None:
    with pytest.raises(AttributeError) as caught:
        encoded(apis.request(18), 3, ApiVersionsRequest(client_software_name=None))  # type: ignore[arg-type]
    assert "client_software_name.encode()" in str(caught.traceback[-1].statement)


def test_heads() -> None:
    raw = bytes.fromhex("0012 0003 00000007 0004") + b"kcat" + b"\x01\x05\x02ab" + b"body"
    found = head.read(memoryview(raw))
    assert found == head.Head(18, 3, 7, "kcat", 14)
    at = head.body_at(found, apis.request(18), memoryview(raw))
    assert raw[at:] == b"body"
    assert head.body_at(head.Head(18, 2, 7, "kcat", 14), apis.request(18), memoryview(raw)) == 14
    assert head.read(memoryview(bytes.fromhex("0012 0003 00000007 ffff"))).client_id is None
    assert head.write(apis.response(18), 3, 7) == b"\0\0\0\7"  # KIP-511
    assert head.write(apis.response(3), 9, 7) == b"\0\0\0\7\0"
    assert head.write(apis.response(3), 8, 7) == b"\0\0\0\7"


@pytest.mark.parametrize(
    "raw", ["", "0012", "0012 0003 00000007 0004 61", "0012 0003 00000007 fffe", "0012 0003 00000007 0001 ff"]
)
def test_a_head_that_is_none(raw: str) -> None:
    with pytest.raises(Malformed):
        head.read(memoryview(bytes.fromhex(raw)))


def test_a_heads_tagged_fields_that_end_too_early() -> None:
    raw = memoryview(bytes.fromhex("0012 0003 00000007 ffff"))
    with pytest.raises(Malformed):
        head.body_at(head.read(raw), apis.request(18), raw)
    with pytest.raises(Malformed):
        head.body_at(head.Head(18, 3, 7, None, 10), apis.request(18), memoryview(bytes(raw) + b"\x01\x01\x09"))
