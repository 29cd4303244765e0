import os
import subprocess
import sys
from pathlib import Path

import pytest

from weirmq.server import lock


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "weirmq"
    with lock.hold(folder):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_second_server_is_told_who_has_the_folder(tmp_path: Path) -> None:
    said = rf"in use by another server \(process {os.getpid()}\)"
    with lock.hold(tmp_path), pytest.raises(lock.FolderInUse, match=said), lock.hold(tmp_path):
        pass
    with lock.hold(tmp_path):
        pass


def test_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from weirmq.server import lock\n"
        "with lock.hold(pathlib.Path(sys.argv[1])): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    with lock.hold(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = r"can't be used: Not a directory.* --data"
    with pytest.raises(lock.FolderUnusable, match=said), lock.hold(tmp_path / "file" / "data"):
        pass
