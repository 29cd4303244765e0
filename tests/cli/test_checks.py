import os
import resource
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from weirmq.cli import checks
from weirmq.cli.checks import State
from weirmq.server.config import Options
from weirmq.server.users import User


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    first, second, *_ = checks.folder(Options(data=str(tmp_path / "a" / "b")))
    assert "will be made" in first.what
    assert second == checks.Finding(State.GOOD, "data folder", f"{tmp_path} can be written")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_others_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    (finding,) = checks.folder(Options(data=str(tmp_path)))
    assert finding.state is State.BAD
    assert "--data" in finding.advice


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    (finding,) = checks.folder(Options(data=str(tmp_path / "data")))
    assert finding.state is State.BAD


@pytest.mark.parametrize(("free", "state"), [(100 << 30, State.GOOD), (1 << 30, State.LOOK), (1 << 20, State.BAD)])
def test_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    class Usage:
        def __init__(self, _path: Path) -> None:
            self.free = free

    monkeypatch.setattr(shutil, "disk_usage", Usage)
    (finding,) = checks.space(Options(data=str(tmp_path)))
    assert finding.state is state


def test_a_clock_behind_what_was_written(tmp_path: Path) -> None:
    assert [finding.state for finding in checks.clock(Options(data=str(tmp_path)))] == [State.GOOD]
    file = tmp_path / "segment"
    file.write_text("")
    os.utime(file, (4e9, 4e9))
    (finding,) = checks.clock(Options(data=str(tmp_path)))
    assert finding.state is State.BAD
    assert "behind by" in finding.what


def test_a_free_port() -> None:
    (finding,) = checks.port(Options(port=0))
    assert finding.state is State.GOOD


def test_a_port_that_somebody_else_has(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "ASK_S", 0.01)
    (finding,) = checks.port(Options(port=listener.getsockname()[1]))
    assert finding.state is State.BAD
    assert "choose another --port" in finding.advice


def test_a_host_that_is_not_this_machine() -> None:
    (finding,) = checks.port(Options(host="192.0.2.1"))  # TEST-NET-1, RFC 5737: nobody's
    assert finding.state is State.BAD


def test_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (256, 1024))
    (finding,) = checks.open_files(Options(max_connections=500))
    assert finding.state is State.LOOK
    assert finding.advice.startswith("ulimit -n ")
    (finding,) = checks.open_files(Options(max_connections=5_000))
    assert "LimitNOFILE" in finding.advice
    (finding,) = checks.open_files(Options(max_connections=100))
    assert finding.state is State.GOOD


def test_secrets_that_others_can_read(tmp_path: Path) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text("")
    options = Options(users=(User(name="ann", access_key="AKIAANN", secret="s"),))
    file.chmod(0o644)
    assert [f.advice for f in checks.configuration({"config": str(file)}, options)] == ["", f"chmod 600 {file}"]
    file.chmod(0o600)
    assert [f.advice for f in checks.configuration({"config": str(file)}, options)] == [""]


def test_variables_that_are_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"WEIRMQ_PROT": "1", "WEIRMQ_PORT": "1", "WEIRMQ_CONFIG": "", "HOME": "/"})
    assert [f.what for f in checks.configuration({}, Options())][1:] == ["not options, so ignored: WEIRMQ_PROT"]
