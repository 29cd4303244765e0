"""Markers: their bytes as Kafka's documentation has them."""

from weirmq.log.batch import header, records
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.markers import commits, marker
from weirmq.wire.kafka.records import body_of, read, thinned

NOW_MS = 1_700_000_000_000


def test_a_marker_is_a_control_batch_of_one_record() -> None:
    data = marker(7, 3, NOW_MS, commits=True)
    found = header(memoryview(data))
    assert (found.size, found.magic, found.attributes, found.count) == (len(data), 2, 0x30, 1)
    assert (found.producer_id, found.producer_epoch, found.base_sequence) == (7, 3, -1)
    (record,) = records(memoryview(data))  # which looks at the CRC
    assert (record.timestamp_ms, record.key, record.value) == (NOW_MS, bytes.fromhex("00000001"), bytes(6))


def test_it_says_how_the_transaction_ended() -> None:
    for expected in (True, False):
        data = memoryview(marker(7, 3, NOW_MS, commits=expected))
        ((_, batch),) = heads(data)
        assert commits(batch) is expected
        assert [record.key[3] for record in records(data)] == [int(expected)]


def test_it_says_so_with_a_delete_horizon_too() -> None:
    for expected in (True, False):
        ((_, batch),) = heads(memoryview(marker(7, 3, NOW_MS, commits=expected)))
        body = body_of(batch)
        data = memoryview(thinned(batch, body, read(body, 1, 1), NOW_MS + 86_400_000))
        ((_, later),) = heads(data)
        assert (batch.horizon_ms, later.horizon_ms) == (None, NOW_MS + 86_400_000)
        assert commits(later) is expected
        (record,) = records(data)
        assert (record.timestamp_ms, record.key[3]) == (NOW_MS, int(expected))
        assert header(data).attributes == 0x70
