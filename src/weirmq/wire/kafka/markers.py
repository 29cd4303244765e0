"""Transaction markers: control batches of one record, which say how a producer's transaction ended in a partition.

The record's key is a version (0) and a type: 0 abort, 1 commit. Its value is a version (0) and the coordinator's epoch.
The batch has the transactional and the control bit, its producer's id and epoch, and no sequence.
Source: https://kafka.apache.org/documentation/#controlbatch, KIP-98.
"""

import struct
from typing import Final

from weirmq.kernel.crc import crc32c
from weirmq.wire.kafka import records
from weirmq.wire.kafka.batch import CONTROL, DELETE_HORIZON, HEADER_BYTES, TRANSACTIONAL, Batch

COORDINATOR_EPOCH: Final = 0  # a transactional id has one coordinator for good
ABORT, COMMIT = 0, 1

_FIELDS: Final = struct.Struct(">hiqqqhii")  # attributes, last offset delta, times, producer, epoch, sequence, count
_BEFORE_CRC: Final = struct.Struct(">qiib")  # base offset, length, leader epoch, magic
_CRC: Final = struct.Struct(">I")
_RECORD: Final = struct.Struct(">bbbbbhhbhib")  # lengths are zigzag varints of one byte
_BEFORE_LENGTH: Final = 12
_MAGIC: Final = 2
_TYPE_AT: Final = HEADER_BYTES + 8  # of the lower byte of the record's key


def marker(producer: int, epoch: int, now_ms: int, *, commits: bool) -> bytearray:
    """The batch that ends a transaction. Its base offset and leader epoch are to be set."""
    size = _RECORD.size - 1
    kind = COMMIT if commits else ABORT
    record = _RECORD.pack(2 * size, 0, 0, 0, 2 * 4, 0, kind, 2 * 6, 0, COORDINATOR_EPOCH, 0)
    fields = _FIELDS.pack(TRANSACTIONAL | CONTROL, 0, now_ms, now_ms, producer, epoch, -1, 1)
    length = HEADER_BYTES - _BEFORE_LENGTH + len(record)
    crc = _CRC.pack(crc32c(fields + record))
    return bytearray(_BEFORE_CRC.pack(0, length, 0, _MAGIC) + crc + fields + record)


def commits(batch: Batch) -> bool:
    """Whether a marker says that the transaction is committed."""
    if not batch.attributes & DELETE_HORIZON:
        return batch.data[_TYPE_AT] == COMMIT
    (record,) = records.read(records.body_of(batch), 1, 1)
    return record.key is not None and record.key[-1] == COMMIT
