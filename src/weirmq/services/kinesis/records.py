"""Records on their way out: one object for thousands of them.

JSON is by far the most asked for, and data as base64 is by far the most of it. So the text is put together from pieces,
each record's bytes touched once, instead of a Struct for each record that is then encoded.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import msgspec
from pybase64 import b64encode  # a fifth of the usual time

from weirmq.engine.streams import Even, Span, end_of, len_of
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.kinesis.rendered import Rendered
from weirmq.services.kinesis.sequence import DIGITS, INDEX_AT, TIME_AT
from weirmq.wire.aws.prewritten import CBOR_BYTES, CBOR_LIST, CBOR_MAP, CBOR_TEXT, Prewritten, cbor_head, cbor_text
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import PutRecordsResultEntry, Record

_STEP: Final = 1 << INDEX_AT
_ESCAPED: Final = bytes((*range(0x20), *b'"\\\x7f'))  # in a text in JSON; few others are, and none of them more

_CBOR: Final = {
    name: cbor_text(name.encode())
    for name in (
        "SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey", "EncryptionType", "ShardId",
    )
}  # fmt: skip
_SHORT_BYTES: Final = CBOR_BYTES + 25  # a length of two bytes follows
_short_head: Final = struct.Struct(">BH").pack


class _Even(NamedTuple):
    """Records that came at one time, and have offsets from `offset` on."""

    offset: int
    time_ms: int
    keys: Sequence[bytes]
    values: Sequence[bytes]


def time_of(span: Span, index: int) -> int:
    """When one of its records came, in ms."""
    return span.time_ms if isinstance(span, Even) else span[index][1]


class Records(Prewritten):
    """The Records of an answer. Iterated, it gives a Struct each; the codecs take `as_json` and `as_cbor`.

    `base` is what the sequence numbers of the shard have in common. `end` is the offset behind the last record, 0 where
    there is none; `latest_ms` is when it came. Whole batches of the log `name` are kept in `rendered`.
    """

    __slots__ = ("_base", "_is_encrypted", "_name", "_rendered", "_spans", "end", "latest_ms")

    def __init__(self, spans: Sequence[Span], base: int, rendered: Rendered, name: str, *, is_encrypted: bool) -> None:
        self._spans = spans
        self._rendered = rendered
        self._name = name
        self._base = base + _STEP  # the first record has the number 1
        self._is_encrypted = is_encrypted
        self.end = end_of(spans[-1]) if spans else 0
        self.latest_ms = time_of(spans[-1], -1) if spans else 0

    def __len__(self) -> int:
        return sum(map(len_of, self._spans))

    def __iter__(self) -> Iterator[Record]:
        for span in self._spans:
            for offset, time_ms, key, value in span.rows() if isinstance(span, Even) else span:
                yield Record(
                    SequenceNumber=str(self._base + (offset << INDEX_AT) + (time_ms // SECOND_MS << TIME_AT)),
                    ApproximateArrivalTimestamp=Timestamp(time_ms),
                    Data=value,
                    PartitionKey=key.decode() if key else None,
                    EncryptionType="KMS" if self._is_encrypted else None,
                )

    def as_json(self) -> Sequence[bytes]:
        """The list in AWS JSON, in pieces."""
        pieces = [b"["]
        for text in self._texts(self._in_json):
            pieces += (text, b",")
        pieces[-1 if self._spans else 1 :] = [b"]"]
        return pieces

    def _texts(self, render: Callable[[_Even], bytes]) -> Iterator[bytes]:
        """What `render` makes of all records."""
        for span in self._spans:
            if isinstance(span, Even) and span.is_whole:
                key = self._name, span.base_offset, self._is_encrypted, render.__name__
                text = self._rendered.get(key)
                if text is None:
                    text = b"".join(map(render, _evenly(span)))
                    self._rendered.put(key, text)
                yield text
            else:
                yield from map(render, _evenly(span))

    def _in_json(self, even: _Even) -> bytes:
        """Some records in AWS JSON, with commas between them."""
        keys, count = even.keys, len(even.keys)
        time = b"%d.%03d" % divmod(even.time_ms, SECOND_MS)
        start = b'{"SequenceNumber":"%%d","ApproximateArrivalTimestamp":%b,"Data":"' % time
        end = b',"EncryptionType":"KMS"}' if self._is_encrypted else b"}"
        pieces = [b","] * (4 * count)
        pieces[::4] = [start % number for number in self._numbers(even)]
        pieces[1::4] = map(b64encode, even.values)
        known = b"".join(keys)
        if all(keys) and len(known.translate(None, _ESCAPED)) == len(known):  # they are in JSON what they are
            end = b'"' + end + b","
            pieces[2::4] = map(b'","PartitionKey":"'.__add__, keys)
            pieces[3::4] = [end] * count
            pieces[-1] = end[:-1]
        else:
            encode = msgspec.json.encode
            pieces[2::4] = [b'","PartitionKey":' + encode(key.decode()) + end if key else b'"' + end for key in keys]
            pieces.pop()
        return b"".join(pieces)

    def _numbers(self, even: _Even) -> range:
        first = self._base + (even.offset << INDEX_AT) + (even.time_ms // SECOND_MS << TIME_AT)
        return range(first, first + (len(even.keys) << INDEX_AT), _STEP)

    def as_cbor(self) -> bytes:
        """The list in AWS CBOR 1.1: data as it is, times as milliseconds."""
        return b"".join((cbor_head(CBOR_LIST, len(self)), *self._texts(self._in_cbor)))

    def _in_cbor(self, even: _Even) -> bytes:
        pieces: list[bytes] = []
        end = _CBOR["EncryptionType"] + cbor_text(b"KMS") if self._is_encrypted else b""
        starts = self._cbor_starts(even.time_ms)
        for number, key, value in zip(self._numbers(even), even.keys, even.values, strict=True):
            size = len(value)
            pieces += (
                starts[bool(key)] % number,
                _short_head(_SHORT_BYTES, size) if 1 << 8 <= size < 1 << 16 else cbor_head(CBOR_BYTES, size),
                value,
            )
            pieces += (_CBOR["PartitionKey"], cbor_head(CBOR_TEXT, len(key)), key, end) if key else (end,)
        return b"".join(pieces)

    def _cbor_starts(self, time_ms: int) -> tuple[bytes, bytes]:
        """What stands before a record's data, for the sequence number to be put in: without a partition key, and with
        one.
        """
        rest = b"%b\xc1\x1b%b%b" % (_CBOR["ApproximateArrivalTimestamp"], time_ms.to_bytes(8, "big"), _CBOR["Data"])
        number = cbor_head(CBOR_TEXT, DIGITS) + b"%d" + rest.replace(b"%", b"%%")
        members = 4 if self._is_encrypted else 3
        keyless, keyed = (cbor_head(CBOR_MAP, count) + _CBOR["SequenceNumber"] for count in (members, members + 1))
        return keyless + number, keyed + number


def _evenly(span: Span) -> Iterator[_Even]:
    """Its records, by those that came at one time and follow each other."""
    if isinstance(span, Even):
        yield _Even(span.base_offset + span.first, span.time_ms, *span.fields())
        return
    for (ahead, time_ms), found in groupby(enumerate(span), lambda each: (each[1][0] - each[0], each[1][1])):
        rows = list(found)
        keys, values = [row[2] for _, row in rows], [row[3] for _, row in rows]
        yield _Even(ahead + rows[0][0], time_ms, keys, values)


class Results(Prewritten):
    """The Records of PutRecords' answer: where each record went.

    `placed` has for each record the slot of its shard; `numbers` and `ids` have for each slot the sequence number of
    its first record, and the shard's id.
    """

    __slots__ = ("_ids", "_numbers", "_placed")

    def __init__(self, placed: Sequence[int], numbers: Sequence[int], ids: Sequence[str]) -> None:
        self._placed = placed
        self._numbers = numbers
        self._ids = ids

    def __len__(self) -> int:
        return len(self._placed)

    def __iter__(self) -> Iterator[PutRecordsResultEntry]:
        numbers = list(self._numbers)
        for slot in self._placed:
            yield PutRecordsResultEntry(SequenceNumber=str(numbers[slot]), ShardId=self._ids[slot])
            numbers[slot] += _STEP

    def as_json(self) -> Sequence[bytes]:
        """The list in AWS JSON, in pieces."""
        numbers = list(self._numbers)
        forms = [b'{"SequenceNumber":"%%d","ShardId":"%b"}' % shard_id.encode() for shard_id in self._ids]
        texts = []
        for slot in self._placed:
            number = numbers[slot]
            numbers[slot] = number + _STEP
            texts.append(forms[slot] % number)
        return b"[", b",".join(texts), b"]"

    def as_cbor(self) -> bytes:
        """The list in AWS CBOR 1.1."""
        numbers = list(self._numbers)
        ends = [_CBOR["ShardId"] + cbor_text(shard_id.encode()) for shard_id in self._ids]
        start = cbor_head(CBOR_MAP, 2) + _CBOR["SequenceNumber"] + cbor_head(CBOR_TEXT, DIGITS)
        pieces = [cbor_head(CBOR_LIST, len(self._placed))]
        for slot in self._placed:
            number = numbers[slot]
            numbers[slot] = number + _STEP
            pieces += (start, b"%d" % number, ends[slot])
        return b"".join(pieces)
