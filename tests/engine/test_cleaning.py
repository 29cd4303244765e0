"""Streams being cleaned, step by step."""

from collections.abc import Iterator

import pytest

from tests.engine.test_streams import put, streams_on, sync, values_of
from weirmq.engine.cleaning import Cleaning, Log, Pause, Rewritten
from weirmq.engine.stream import Stream
from weirmq.engine.streams import Streams
from weirmq.kernel.errors import LogDamaged
from weirmq.log.batch import headers
from weirmq.testing.disk import SimulatedDisk


def filled(streams: Streams, name: str = "g/0") -> Stream:
    """A stream of five pieces, and more."""
    stream = streams.stream(name)
    for n in range(40):
        put(streams, stream, b"%02d" % n * 50)
    assert len(stream.pieces()) >= 5
    return stream


def even(batch: memoryview) -> memoryview | None:
    (header,) = [header for _, header in headers(batch)]
    return None if header.base_offset % 2 else batch


def work(log: Log, pause: Pause) -> Iterator[Rewritten | None]:
    """Keep what has even offsets, a piece at a time."""
    for piece in log.pieces():
        yield log.rewrite([piece], even, pause)


def cleaned(streams: Streams, cleaning: Cleaning | None) -> None:
    assert cleaning is not None
    while cleaning.settle(cleaning.step()):
        sync(streams)


def test_a_stream_is_cleaned() -> None:
    streams, done = streams_on(SimulatedDisk()), list[bool]()
    stream = filled(streams)
    end = stream.pieces()[-1].end
    streams.cleanings.add(stream, work, done.append)
    cleaned(streams, streams.cleanings.take())
    sync(streams)
    assert done == [True]
    assert streams.cleanings.take() is None
    kept = [b"%02d" % n * 50 for n in range(40) if n >= end or n % 2 == 0]
    assert values_of(stream) == kept
    put(streams, stream, b"more")
    assert values_of(stream)[-1] == b"more"


def test_each_in_turn() -> None:
    streams = streams_on(SimulatedDisk())
    due = list[None]()
    streams.cleanings.on_due = lambda: due.append(None)
    first, second = filled(streams, "g/0"), filled(streams, "g/1")
    for stream in (first, second):
        streams.cleanings.add(stream, work, lambda _: None)
    assert len(due) == 2
    for stream in (first, second):
        cleaning = streams.cleanings.take()
        assert cleaning is not None
        assert cleaning.stream is stream
        assert stream.is_in_use
        cleaned(streams, cleaning)
        assert not stream.is_in_use


def test_what_retention_takes_meanwhile_ends_it() -> None:
    streams, done = streams_on(SimulatedDisk()), list[bool]()
    stream = filled(streams)
    streams.cleanings.add(stream, work, done.append)
    cleaning = streams.cleanings.take()
    assert cleaning is not None
    found = cleaning.step()
    stream.trim_below(stream.pieces()[2].base)
    start = stream.start
    assert not cleaning.settle(found)
    sync(streams)
    assert done == [False]
    assert values_of(stream, start) == [b"%02d" % n * 50 for n in range(start, 40)]


def test_a_log_that_is_removed_meanwhile_goes_when_it_is_over() -> None:
    streams, done = streams_on(SimulatedDisk()), list[bool]()
    stream = filled(streams)
    streams.cleanings.add(stream, work, done.append)
    cleaning = streams.cleanings.take()
    assert cleaning is not None
    found = cleaning.step()
    streams.remove(stream.name)
    assert streams.take_removed() == []
    assert not cleaning.settle(found)
    assert done == [False]
    assert streams.take_removed() == ["g/0"]


def test_a_log_stays_open_while_it_is_cleaned() -> None:
    streams = streams_on(SimulatedDisk(), most_open=2)
    stream = filled(streams)
    streams.cleanings.add(stream, work, lambda _: None)
    cleaning = streams.cleanings.take()
    for n in range(1, 6):
        put(streams, streams.stream(f"g/{n}"), b"a")
    assert stream.is_open
    cleaned(streams, cleaning)
    for n in range(6, 12):
        put(streams, streams.stream(f"g/{n}"), b"a")
    assert not stream.is_open
    assert len(values_of(stream)) < 40


def test_a_log_that_cannot_be_opened_is_told() -> None:
    disk, done = SimulatedDisk(), list[bool]()
    filled(streams_on(disk)).open()
    disk.kill()
    name = f"/data/streams/g/0/{0:020}.log"
    disk.put(name, disk.contents(name)[:-10])
    streams = streams_on(disk)
    streams.cleanings.add(streams.stream("g/0"), work, done.append)
    with pytest.raises(LogDamaged):
        streams.cleanings.take()
    assert done == [False]
    assert streams.cleanings.take() is None
