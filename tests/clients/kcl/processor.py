"""A record processor of the Kinesis Client Library for Python: a line for each record, a checkpoint for each batch.

A line is `MICROSECONDS SHARD KEY DATA`, as java-kcl/clients/Worker.java writes it, in the file that RECORDS names.
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from amazon_kclpy import kcl
from amazon_kclpy.v3 import processor


class Processor(processor.RecordProcessorBase):
    """That of one shard: the daemon starts a process for each."""

    def initialize(self, initialize_input: Any) -> None:
        self._shard = initialize_input.shard_id

    def process_records(self, process_records_input: Any) -> None:
        with Path(os.environ["RECORDS"]).open("a", encoding="utf-8") as lines:
            for record in process_records_input.records:
                now_us = time.time_ns() // 1000
                lines.write(f"{now_us} {self._shard} {record.partition_key} {record.binary_data.decode()}\n")
                lines.flush()
        checkpoint(process_records_input.checkpointer)

    def lease_lost(self, lease_lost_input: Any) -> None:
        """Another worker goes on from the last checkpoint."""

    def shard_ended(self, shard_ended_input: Any) -> None:
        checkpoint(shard_ended_input.checkpointer)

    def shutdown_requested(self, shutdown_requested_input: Any) -> None:
        checkpoint(shutdown_requested_input.checkpointer)


def checkpoint(checkpointer: Any) -> None:
    """So far, and if the lease is lost, then not."""
    with suppress(kcl.CheckpointError):
        checkpointer.checkpoint()


if __name__ == "__main__":
    kcl.KCLProcess(Processor()).run()
    sys.exit(0)
