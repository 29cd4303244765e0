"""Records on their way out: one object for thousands of them.

JSON is by far the most asked for, and data as base64 is by far the most of it. So the text is put together from pieces,
each record's bytes touched once, instead of a Struct for each record that is then encoded.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from pybase64 import b64encode  # a fifth of the usual time

from weirmq.engine.streams import Row
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.kinesis.sequence import DIGITS, INDEX_AT, TIME_AT
from weirmq.wire.aws.prewritten import CBOR_BYTES, CBOR_LIST, CBOR_MAP, CBOR_TEXT, Prewritten, cbor_head, cbor_text
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import PutRecordsResultEntry, Record

_CHUNK: Final = 128  # records that are put together at once: what they are made of fits the processor's caches
_STEP: Final = 1 << INDEX_AT

_CBOR: Final = {
    name: cbor_text(name.encode())
    for name in (
        "SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey", "EncryptionType", "ShardId",
    )
}  # fmt: skip
_SHORT_BYTES: Final = CBOR_BYTES + 25  # a length of two bytes follows
_short_head: Final = struct.Struct(">BH").pack


class Records(Prewritten):
    """The Records of an answer. Iterated, it gives a Struct each; the codecs take `as_json` and `as_cbor`.

    `base` is what the sequence numbers of the shard have in common. `end` is the offset behind the last record, 0 where
    there is none; `latest_ms` is when it came.
    """

    __slots__ = ("_base", "_is_encrypted", "_rows", "end", "latest_ms")

    def __init__(self, rows: Sequence[Row], base: int, *, is_encrypted: bool) -> None:
        self._rows = rows
        self._base = base + _STEP  # the first record has the number 1
        self._is_encrypted = is_encrypted
        self.end = rows[-1][0] + 1 if rows else 0
        self.latest_ms = rows[-1][1] if rows else 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        for offset, time_ms, key, value in self._rows:
            yield Record(
                SequenceNumber=str(self._base + (offset << INDEX_AT) + (time_ms // SECOND_MS << TIME_AT)),
                ApproximateArrivalTimestamp=Timestamp(time_ms),
                Data=value,
                PartitionKey=key.decode() if key else None,
                EncryptionType="KMS" if self._is_encrypted else None,
            )

    def as_json(self) -> Sequence[bytes]:
        """The list in AWS JSON, in pieces."""
        rows = self._rows
        pieces = [b"["]
        for first in range(0, len(rows), _CHUNK):
            pieces += (self._joined(rows[first : first + _CHUNK]), b",")
        pieces[-1 if rows else 1 :] = [b"]"]
        return pieces

    def _joined(self, rows: Sequence[Row]) -> bytes:
        """Some records in AWS JSON, with commas between them."""
        pieces: list[bytes] = []
        base, known_ms, timed, start = self._base, -1, 0, b""
        end = b',"EncryptionType":"KMS"},' if self._is_encrypted else b"},"
        quote, keyless = msgspec.json.encode, b'"' + end
        for offset, time_ms, key, value in rows:
            if time_ms != known_ms:
                known_ms = time_ms
                timed = base + (time_ms // SECOND_MS << TIME_AT)
                time = b"%d.%03d" % divmod(time_ms, SECOND_MS)
                start = b'{"SequenceNumber":"%%d","ApproximateArrivalTimestamp":%b,"Data":"' % time
            pieces += (start % (timed + (offset << INDEX_AT)), b64encode(value))
            pieces += (b'","PartitionKey":', quote(key.decode()), end) if key else (keyless,)
        pieces[-1] = pieces[-1][:-1]
        return b"".join(pieces)

    def as_cbor(self) -> bytes:
        """The list in AWS CBOR 1.1: data as it is, times as milliseconds."""
        pieces = [cbor_head(CBOR_LIST, len(self._rows))]
        base, known_ms, timed, starts = self._base, -1, 0, (b"", b"")
        end = _CBOR["EncryptionType"] + cbor_text(b"KMS") if self._is_encrypted else b""
        for offset, time_ms, key, value in self._rows:
            if time_ms != known_ms:
                known_ms = time_ms
                timed = base + (time_ms // SECOND_MS << TIME_AT)
                starts = self._cbor_starts(time_ms)
            size = len(value)
            pieces += (
                starts[bool(key)] % (timed + (offset << INDEX_AT)),
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
