"""What a Fetch asks, told from its bytes: the same for the same, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.wire.kafka import apis, codec, head, plain_fetch
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, ForgottenTopic

REQUEST = apis.request(plain_fetch.KEY)
every_version = pytest.mark.parametrize("version", range(plain_fetch.FIRST, plain_fetch.LAST + 1))


def frame_of(version: int, request: FetchRequest, client_id: bytes | None = b"c", correlation: int = 7) -> bytearray:
    size = b"\xff\xff" if client_id is None else len(client_id).to_bytes(2, "big") + client_id
    out = bytearray(b"\0\1" + version.to_bytes(2, "big") + correlation.to_bytes(4, "big", signed=True) + size)
    if version >= REQUEST.flexible:
        out.append(0)
    codec.encoder(REQUEST, version)(request, out)
    return out


def sense_of(version: int, request: FetchRequest, client_id: bytes | None = b"c", correlation: int = 7) -> bytes | None:
    return plain_fetch.sense(memoryview(frame_of(version, request, client_id, correlation)))


def topic(number: int, *partitions: FetchPartition) -> FetchTopic:
    return FetchTopic(f"topic-{number}", bytes([number]) * 16, list(partitions))


def asked(topics: list[FetchTopic]) -> list[tuple[str, bytes, list[FetchPartition]]]:
    """What is asked of each topic, in order."""
    named = {(each.topic, each.topic_id) for each in topics}
    return [
        (
            name,
            number,
            sorted(
                (one for each in topics if (each.topic, each.topic_id) == (name, number) for one in each.partitions),
                key=repr,
            ),
        )
        for name, number in sorted(named)
    ]


@every_version
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 2**63 - 1)), max_size=20), st.data())
def test_the_order_makes_no_difference(version: int, pairs: list[tuple[int, int, int]], data: st.DataObject) -> None:
    parts = [topic(number, FetchPartition(index, fetch_offset=offset)) for number, index, offset in pairs]
    number, client_id = data.draw(st.integers(-(2**31), 2**31 - 1)), data.draw(st.none() | st.binary(max_size=9))
    first = sense_of(version, FetchRequest(max_wait_ms=5, topics=parts), client_id)
    other = FetchRequest(max_wait_ms=5, topics=data.draw(st.permutations(parts)))
    assert first is not None
    assert sense_of(version, other, client_id, number) == first


@every_version
def test_anything_else_makes_one(version: int) -> None:
    one, other = FetchPartition(1, 2, 3, partition_max_bytes=4), FetchPartition(2, 2, 3, partition_max_bytes=4)
    requests = [
        FetchRequest(max_wait_ms=5, topics=[topic(0, one)]),
        FetchRequest(max_wait_ms=6, topics=[topic(0, one)]),
        FetchRequest(max_wait_ms=5, min_bytes=1, topics=[topic(0, one)]),
        FetchRequest(max_wait_ms=5, isolation_level=1, topics=[topic(0, one)]),
        FetchRequest(max_wait_ms=5, topics=[topic(1, one)]),
        FetchRequest(max_wait_ms=5, topics=[topic(0, other)]),
        FetchRequest(max_wait_ms=5, topics=[topic(0, one, one)]),
        FetchRequest(max_wait_ms=5, topics=[topic(0, one, other)]),
        FetchRequest(max_wait_ms=5, topics=[topic(0, one), topic(1, other)]),
        FetchRequest(max_wait_ms=5, topics=[topic(0, FetchPartition(1, 2, 4, partition_max_bytes=4))]),
        FetchRequest(max_wait_ms=5),
    ]
    if version >= 7:
        requests.append(FetchRequest(max_wait_ms=5, session_id=1, topics=[topic(0, one)]))
        forgotten = [ForgottenTopic("topic-0", b"\0" * 16, [1])]
        requests.append(FetchRequest(max_wait_ms=5, topics=[topic(0, one)], forgotten_topics_data=forgotten))
    if version >= 11:
        requests.append(FetchRequest(max_wait_ms=5, topics=[topic(0, one)], rack_id="a"))
    senses = {sense_of(version, each) for each in requests}
    senses.add(sense_of(version, requests[0], b"d"))
    senses.add(sense_of(version, requests[0], None))
    assert None not in senses
    assert len(senses) == len(requests) + 2


@pytest.mark.parametrize("version", [17, 18])
def test_partitions_with_tagged_fields_are_not_plain(version: int) -> None:
    tagged, plain = FetchPartition(1, replica_directory_id=b"d" * 16), FetchPartition(2)
    for partitions in ([tagged], [tagged, plain], [plain, tagged]):
        assert sense_of(version, FetchRequest(topics=[topic(0, *partitions)])) is None


def test_other_versions_are_not_plain() -> None:
    frame = frame_of(plain_fetch.FIRST, FetchRequest())
    for version in (plain_fetch.FIRST - 1, plain_fetch.LAST + 1, -1):
        frame[2:4] = version.to_bytes(2, "big", signed=True)
        assert plain_fetch.sense(memoryview(frame)) is None


def test_a_tagged_field_of_the_head_is_not_plain() -> None:
    frame = frame_of(16, FetchRequest())
    frame[11:12] = b"\1\5\1x"
    assert head.body_at(head.read(memoryview(frame)), REQUEST, memoryview(frame)) == 15
    assert plain_fetch.sense(memoryview(frame)) is None


@every_version
@given(st.data())
def test_of_any_bytes_only_those_that_ask_the_same_have_the_same_sense(version: int, data: st.DataObject) -> None:
    parts = [FetchPartition(1, fetch_offset=2), FetchPartition(3)]
    first = frame_of(version, FetchRequest(max_wait_ms=5, topics=[topic(0, *parts), topic(1, *parts)]))
    frame = bytearray(first)
    for _ in range(data.draw(st.integers(0, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    frame = frame[: data.draw(st.integers(0, len(frame)))] + data.draw(st.binary(max_size=3))
    found = plain_fetch.sense(memoryview(frame))
    if found is not None and found == plain_fetch.sense(memoryview(first)):
        assert _decoded(frame) == _decoded(first)


@every_version
@given(st.binary(max_size=80))
def test_any_bytes_have_a_sense_or_none(version: int, body: bytes) -> None:
    first, other = (
        plain_fetch.sense(memoryview(b"\0\1" + version.to_bytes(2, "big") + correlation + b"\xff\xff" + body))
        for correlation in (b"\0\0\0\7", b"\xff\0\0\x08")
    )
    assert first == other


def _decoded(frame: bytes | bytearray) -> tuple[object, ...]:
    view = memoryview(frame)
    found = head.read(view)
    body = codec.decode(REQUEST, found.version, view, head.body_at(found, REQUEST, view))
    topics = asked(body.topics)
    body.topics = []
    return found.version, found.client_id, topics, body
