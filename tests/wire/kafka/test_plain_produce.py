"""The hand-made reader and writer say what those made from the schema say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.wire.kafka import apis, codec, head, plain_produce
from weirmq.wire.kafka.head import Head
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from weirmq.wire.kafka.messages.produce_response import PartitionProduceResponse, ProduceResponse, TopicProduceResponse

REQUEST, RESPONSE = apis.request(plain_produce.KEY), apis.response(plain_produce.KEY)
ID = bytes(range(16))
every_version = pytest.mark.parametrize("version", range(plain_produce.FIRST, plain_produce.LAST + 1))


def frame_of(version: int, request: ProduceRequest, client_id: bytes | None = None, correlation: int = 7) -> memoryview:
    size = b"\xff\xff" if client_id is None else len(client_id).to_bytes(2, "big") + client_id
    out = bytearray(b"\0\0" + version.to_bytes(2, "big") + correlation.to_bytes(4, "big", signed=True) + size)
    if version >= REQUEST.flexible:
        out.append(0)
    codec.encoder(REQUEST, version)(request, out)
    return memoryview(out)


def request_of(*partitions: PartitionProduceData, acks: int = -1, name: str = "orders", **more: str) -> ProduceRequest:
    return ProduceRequest(acks=acks, timeout_ms=9, topic_data=[TopicProduceData(name, ID, list(partitions))], **more)


@every_version
@given(
    st.text(max_size=300), st.integers(0, 2**31 - 1), st.binary(max_size=300), st.none() | st.binary(max_size=5),
    st.integers(-(2**31), 2**31 - 1),
)  # fmt: skip
def test_reads_what_is_plain(
    version: int, name: str, index: int, records: bytes, client_id: bytes | None, correlation: int
) -> None:
    request = request_of(PartitionProduceData(index, records), name=name)
    found = plain_produce.read(frame_of(version, request, client_id, correlation))
    topic = ID if version >= 13 else name.encode()
    assert found == plain_produce.Plain(version, correlation, topic, index, memoryview(records))


@every_version
def test_leaves_what_is_not(version: int) -> None:
    one, other = PartitionProduceData(0, b"a"), PartitionProduceData(1, b"b")
    for request in (
        request_of(one, other),
        request_of(),
        request_of(one, acks=1),
        request_of(one, acks=0),
        request_of(one, transactional_id="t"),
        request_of(PartitionProduceData(0, None)),
        ProduceRequest(acks=-1, topic_data=[TopicProduceData("a", ID, [one]), TopicProduceData("b", ID, [one])]),
        ProduceRequest(acks=-1),
    ):
        assert plain_produce.read(frame_of(version, request)) is None


def is_text(name: bytes) -> bool:
    """Whether a topic may have that name: one of other bytes isn't found, and so goes the long way."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


@every_version
@given(st.data())
def test_what_it_reads_of_any_bytes_the_schema_reads_too(version: int, data: st.DataObject) -> None:
    frame = bytearray(frame_of(version, request_of(PartitionProduceData(3, b"records"))))
    for _ in range(data.draw(st.integers(0, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    frame = frame[: data.draw(st.integers(0, len(frame)))] + data.draw(st.binary(max_size=3))
    found = plain_produce.read(memoryview(frame))
    if found is not None and (found.version >= 13 or is_text(found.topic)):
        asked = head.read(memoryview(frame))
        body = codec.decode(REQUEST, asked.version, memoryview(frame), head.body_at(asked, REQUEST, memoryview(frame)))
        [topic] = body.topic_data
        [partition] = topic.partition_data
        assert (asked.version, asked.correlation, body.acks, body.transactional_id) == (
            found.version, found.correlation, -1, None,
        )  # fmt: skip
        assert (topic.topic_id if found.version >= 13 else topic.name.encode()) == found.topic
        assert (partition.index, bytes(partition.records)) == (found.partition, bytes(found.records))


@every_version
@given(st.text(max_size=300), st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_writes_what_the_schema_writes(version: int, name: str, index: int, offset: int, start: int) -> None:
    topic = ID if version >= 13 else name.encode()
    written = plain_produce.answer(plain_produce.Plain(version, -5, topic, index, memoryview(b"")), offset, start)
    answer = ProduceResponse([TopicProduceResponse(name, ID, [PartitionProduceResponse(index, 0, offset, -1, start)])])
    out = bytearray(4) + head.write(RESPONSE, version, -5)
    codec.encoder(RESPONSE, version)(answer, out)
    out[:4] = (len(out) - 4).to_bytes(4, "big")
    assert written == bytes(out)


def test_a_name_that_is_no_text_is_read_as_it_is() -> None:
    frame = bytearray(frame_of(3, request_of(PartitionProduceData(0, b"a"), name="x")))
    at = frame.index(b"\0\x01x") + 2
    frame[at] = 0xFF
    found = plain_produce.read(memoryview(frame))
    assert found is not None
    assert found.topic == b"\xff"
    assert head.read(memoryview(frame)) == Head(0, 3, 7, None, 10)
