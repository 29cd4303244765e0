"""Makes `kafka_python.json`: record batches as kafka-python writes them, to hold against ours.

    pip install kafka-python==3.0.12 && python tests/log/vectors/make.py

Not part of the tests, which need the file only.
"""

import json
from pathlib import Path
from typing import Any

from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

Row = tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]

START_MS = 1_700_000_000_000


def rows_of_lengths(lengths: list[int]) -> list[Row]:
    return [
        (START_MS + 37 * at, b"key%d" % at, bytes([97 + at % 26]) * length, []) for at, length in enumerate(lengths)
    ]


CASES: dict[str, tuple[dict[str, Any], list[Row]]] = {
    "one": ({}, [(START_MS, b"key", b"value", [])]),
    "empty key and value": ({}, [(START_MS, b"", b"", []), (START_MS, b"", b"", [])]),
    "lengths around one byte of varint": ({}, rows_of_lengths([0, 1, 50, 53, 54, 55, 56, 62, 63, 64, 65, 127, 128])),
    "lengths around two bytes of varint": ({}, rows_of_lengths([8170, 8180, 8190, 8191, 8192, 8200])),
    "many records": ({}, rows_of_lengths([1] * 300)),
    "a year between": ({}, [(START_MS, b"a", b"b", []), (START_MS + 31_536_000_000, b"c", b"d", [])]),
    "nulls": ({}, [(START_MS, None, b"value", []), (START_MS, b"key", None, []), (START_MS, None, None, [])]),
    "headers": (
        {},
        [(START_MS, b"key", b"value", [("h", b"v"), ("empty", b""), ("null", None)]), (START_MS, b"k", b"v", [])],
    ),
    "time going back": ({}, [(START_MS, b"a", b"b", []), (START_MS - 70_000, b"c", b"d", [])]),
    "transaction": (
        {"is_transactional": 1, "producer_id": 4_000_000_000, "producer_epoch": 7, "base_sequence": 12},
        [(START_MS, b"key", b"value", [])],
    ),
    "gzip": ({"compression_type": 1}, rows_of_lengths([100] * 20)),
}


def made(options: dict[str, Any], rows: list[Row]) -> bytes:
    """The batch of these rows."""
    defaults = {
        "compression_type": 0,
        "is_transactional": 0,
        "producer_id": -1,
        "producer_epoch": -1,
        "base_sequence": -1,
    }
    builder = DefaultRecordBatchBuilder(magic=2, **(defaults | options), batch_size=1 << 20)
    for offset, (timestamp_ms, key, value, headers) in enumerate(rows):
        builder.append(offset, timestamp_ms, key, value, headers)
    return bytes(builder.build())


def told(batch: bytes) -> list[list[Any]]:
    """The records in a batch as kafka-python reads them, in hex."""
    return [
        [
            record.offset,
            record.timestamp,
            None if record.key is None else record.key.hex(),
            None if record.value is None else record.value.hex(),
        ]
        for record in DefaultRecordBatch(batch)
    ]


def main() -> None:
    """Write the file beside this one."""
    vectors = [
        {"name": name, "batch": (batch := made(*case)).hex(), "records": told(batch)} for name, case in CASES.items()
    ]
    Path(__file__).with_name("kafka_python.json").write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
