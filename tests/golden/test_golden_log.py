"""Logs of every released format must replay. What is in them was told by another implementation: see `make_log.py`."""

import json
import shutil
from pathlib import Path

import pytest

from weirmq.log.disk import SystemDisk
from weirmq.log.files import FileLog
from weirmq.log.repair import verify
from weirmq.log.replay import replay
from weirmq.log.snapshots import newest_snapshot

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["log-1"])
@pytest.mark.parametrize("with_indexes", [True, False])
def test_replays(name: str, with_indexes: bool, tmp_path: Path) -> None:
    expected = json.loads((HERE / f"{name}.json").read_text())
    folder = tmp_path / name
    shutil.copytree(HERE / name, folder)
    if not with_indexes:
        for path in folder.glob("*.index"):
            path.unlink()
    log = FileLog(SystemDisk(), str(folder))
    found = [[r.offset, r.timestamp_ms, r.key.decode(), r.value.decode()] for r in replay(log, log.start)]
    assert found == expected
    assert not log.notes
    assert (log.start, log.end) == (expected[0][0], expected[-1][0] + 1)
    for offset, *_ in expected[::7]:
        assert any(record.offset == offset for record in replay(log, offset))
    log.close()
    assert not verify(SystemDisk(), str(folder)).findings


def test_the_snapshot_is_loaded() -> None:
    offset, parts, refused = newest_snapshot(SystemDisk(), str(HERE / "log-1"))
    assert offset == 60
    assert list(parts) == [(b"part/%d" % number, b"state " * number) for number in range(20)]
    assert not refused
