"""Made `log-1`, and tells what is in it by another implementation's reading. Never run again for a released format.

python tests/golden/make_log.py write tests/golden/log-1                       # with weirmq
pip install kafka-python==3.0.12
python tests/golden/make_log.py read tests/golden/log-1 > tests/golden/log-1.json   # without weirmq
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

START_MS = 1_700_000_000_000


def write(folder: str) -> None:
    """A log of some small segments, trimmed at its front, and a snapshot of it."""
    from weirmq.log.batch import BatchBuilder
    from weirmq.log.disk import SystemDisk
    from weirmq.log.files import FileLog
    from weirmq.log.snapshots import write_snapshot

    disk = SystemDisk()
    log = FileLog(disk, folder, segment_bytes=1500)
    builder = BatchBuilder()
    for number in range(120):
        builder.add(b"queue/%d" % (number % 3), b"message %d " % number * (number % 8), START_MS + number * number)
        if number % 6 in (1, 2, 5):
            log.append(builder.build())
            log.sync()
    log.trim(45)
    log.sync()
    log.close()
    write_snapshot(disk, folder, 60, ((b"part/%d" % number, b"state " * number) for number in range(20)))


def read(folder: str) -> Iterator[list[str | int]]:
    """Offset, timestamp, key and value of all records, by kafka-python, which checks the CRCs."""
    from kafka.record.default_records import DefaultRecordBatch

    for path in sorted(Path(folder).glob("*.log")):
        data = path.read_bytes()
        while data:
            size = 12 + int.from_bytes(data[8:12], "big")
            batch = DefaultRecordBatch(data[:size])
            if not batch.validate_crc():
                raise ValueError(f"{path}: a wrong CRC")
            for record in batch:
                yield [record.offset, record.timestamp, record.key.decode(), record.value.decode()]
            data = data[size:]


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        json.dump(list(read(sys.argv[2])), sys.stdout, indent=0)
