"""The ports of the Kafka clusters that a data folder knows, while no server runs on it. Nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from weirmq.log.disk import SystemDisk
from weirmq.log.replay import peek
from weirmq.log.snapshots import newest_snapshot
from weirmq.server.app import JOURNAL, SNAPSHOTS
from weirmq.services.kafka.machine import KafkaMachine

KEY = KafkaMachine.name.encode()


def known_ports(data: Path) -> Iterator[tuple[str, int, str, int]]:
    """Name of the cluster, broker, listener, port: all but those of the default cluster, which are options.

    Raises OSError; msgspec.MsgspecError for what another version wrote.
    """
    disk, machine = SystemDisk(), KafkaMachine()
    snapshot = newest_snapshot(disk, str(data / SNAPSHOTS))
    part_of = msgspec.msgpack.Decoder(machine.parts).decode
    for key, value in snapshot.parts:
        if key == KEY:
            machine.restore(part_of(value))
    fact_of = msgspec.msgpack.Decoder(machine.facts).decode
    for record in peek(disk, str(data / JOURNAL), snapshot.offset):
        if record.key == KEY:
            machine.apply(fact_of(record.value), record.offset, record.timestamp_ms)
    for number, managed in machine.control.by_number.items():
        if number in machine.clusters:
            for (broker, listener), port in machine.clusters[number].ports.items():
                yield managed.name, broker, listener, port
