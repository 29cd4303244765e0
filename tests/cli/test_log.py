from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from weirmq.cli import checks
from weirmq.cli.checks import State
from weirmq.cli.commands import commands
from weirmq.log.batch import BatchBuilder
from weirmq.log.disk import SystemDisk
from weirmq.log.files import FileLog
from weirmq.server import lock
from weirmq.server.config import Options
from weirmq.testing import Server


def _filled(folder: Path) -> Path:
    """A log of three batches of one record; returns its one segment."""
    log = FileLog(SystemDisk(), str(folder), segment_bytes=4096)
    builder = BatchBuilder()
    for number in range(3):
        builder.add(b"key", b"value %d" % number, 5)
        log.append(builder.build())
    log.sync()
    log.close()
    (segment,) = folder.glob("*.log")
    return segment


def _damage(segment: Path) -> None:
    data = bytearray(segment.read_bytes())
    data[data.index(b"value 1")] ^= 1
    segment.write_bytes(data)


def _said(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(commands, ["log", *arguments, "--data", str(data)])


def test_a_sound_log(tmp_path: Path) -> None:
    _filled(tmp_path / "journal")
    for command in ("verify", "repair"):
        result = _said(tmp_path, command)
        assert (result.exit_code, result.exception) == (0, None)
        assert f"{tmp_path}/journal: sound: 3 records in 3 batches" in result.output


def test_no_log_yet(tmp_path: Path) -> None:
    result = _said(tmp_path / "none", "verify")
    assert result.exit_code == 0
    assert "There is no log" in result.output
    assert not (tmp_path / "none").exists()


def test_damage_is_named_and_mended(tmp_path: Path) -> None:
    segment = _filled(tmp_path / "journal")
    _damage(segment)
    before = segment.read_bytes()
    result = _said(tmp_path, "verify")
    assert result.exit_code == 1
    assert "DAMAGED: 2 records" in result.output
    assert f"{segment}: " in result.output
    assert "records 1 to 1 are lost" in result.output
    assert segment.read_bytes() == before
    result = _said(tmp_path, "repair")
    assert result.exit_code == 0
    assert "kept as it was: " in result.output
    assert _said(tmp_path, "verify").exit_code == 0


def test_the_logs_of_shards_are_gone_through_too(tmp_path: Path) -> None:
    with Server(durability="fsync", data=str(tmp_path)) as server:
        kinesis = server.client("kinesis")
        kinesis.create_stream(StreamName="orders", ShardCount=2)
        for number in range(4):
            key = str(2**127 * (number % 2))
            kinesis.put_record(StreamName="orders", Data=b"value %d" % number, PartitionKey="k", ExplicitHashKey=key)
    segment, other = sorted(tmp_path.glob("streams/*/*/*.log"))
    assert _said(tmp_path, "verify").output.count("sound: ") == 3
    _damage(other)
    result = _said(tmp_path, "verify")
    assert result.exit_code == 1
    assert f"{segment.parent}: sound: 2 records" in result.output
    assert f"{other.parent}: DAMAGED: 1 records" in result.output
    assert "records 0 to 0 are lost" in result.output
    assert _said(tmp_path, "repair").exit_code == 0
    with Server(durability="fsync", data=str(tmp_path)) as server:
        kinesis = server.client("kinesis")
        for shard, expected in (("0", [b"value 0", b"value 2"]), ("1", [b"value 3"])):
            where = {"StreamName": "orders", "ShardId": f"shardId-{shard}", "ShardIteratorType": "TRIM_HORIZON"}
            iterator = kinesis.get_shard_iterator(**where)["ShardIterator"]
            found = kinesis.get_records(ShardIterator=iterator)["Records"]
            assert [record["Data"] for record in found] == expected


def test_not_while_a_server_has_the_folder(tmp_path: Path) -> None:
    _filled(tmp_path / "journal")
    with lock.hold(tmp_path):
        result = _said(tmp_path, "verify")
    assert result.exit_code == 1
    assert "in use by another server" in result.output


@pytest.mark.parametrize("is_damaged", [False, True])
def test_the_doctor_looks_at_it(tmp_path: Path, is_damaged: bool) -> None:
    segment = _filled(tmp_path / "journal")
    if is_damaged:
        _damage(segment)
    (finding,) = checks.log(Options(data=str(tmp_path)))
    assert finding.state is (State.BAD if is_damaged else State.GOOD)


def test_the_doctor_leaves_a_server_alone(tmp_path: Path) -> None:
    _filled(tmp_path / "journal")
    with lock.hold(tmp_path):
        (finding,) = checks.log(Options(data=str(tmp_path)))
    assert "a server has it open" in finding.what
