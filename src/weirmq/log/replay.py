"""Reading a log record by record."""

from collections.abc import Iterator
from typing import Final

from weirmq.log.batch import Record, headers, records
from weirmq.log.log import Log

CHUNK_BYTES: Final = 1 << 20


def replay(log: Log, offset: int, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Record]:
    """All records from `offset` to what is the end when this begins. Raises as `Log.read`, and BadBatch.

    Offsets may be left out: a repaired log has batches without records where records were lost.
    """
    end = log.end
    while offset < end:
        data = log.read(offset, chunk_bytes)
        for record in records(data):
            if record.offset >= offset:
                yield record
        offset = max(header.next_offset for _, header in headers(data))
