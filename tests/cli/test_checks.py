import os
import resource
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.kafka.serving import a_range
from weirmq.cli import checks
from weirmq.cli.checks import State
from weirmq.server.config import Options
from weirmq.server.kafka import known_ports
from weirmq.server.kafka.tables import KafkaListener
from weirmq.server.users import User
from weirmq.testing import Server


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


def test_free_kafka_ports() -> None:
    assert list(checks.kafka_ports(Options(port=0))) == []  # any will do
    first = a_range(3)
    (finding,) = checks.kafka_ports(Options(kafka_port=first, kafka_brokers=3))
    assert finding.what == f"127.0.0.1 ports {first}, {first + 1}, {first + 2} are free"
    (finding,) = checks.kafka_ports(Options(kafka_port=first))
    assert finding == checks.Finding(State.GOOD, "kafka ports", f"127.0.0.1 port {first} is free")


def test_kafka_ports_that_somebody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    first = a_range(3)
    listeners = (KafkaListener(name="SASL_SCRAM", protocol="SASL_SSL", port=first + 2, mechanisms=("SCRAM-SHA-512",)),)
    options = Options(kafka_port=first, kafka_listeners=listeners)
    with socket.create_server(("127.0.0.1", first + 2)):
        monkeypatch.setattr(checks, "_is_ours", lambda _options: False)
        (finding,) = checks.kafka_ports(options)
        assert finding.state is State.BAD
        assert finding.what.startswith(f"127.0.0.1 port {first + 2}: ")
        assert "[[kafka_listeners]]" in finding.advice
        monkeypatch.setattr(checks, "_is_ours", lambda _options: True)
        (finding,) = checks.kafka_ports(options)
        assert finding.state is State.GOOD


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(port=9092), "9092 is the port for HTTP and for Kafka"),
        (
            Options(kafka_brokers=3, kafka_listeners=(KafkaListener(name="SSL", protocol="SSL", port=9094),)),
            "port 9094 is that of listener",
        ),
    ],
)
def test_kafka_ports_that_can_not_be(options: Options, said: str) -> None:
    (finding,) = checks.kafka_ports(options)
    assert finding.state is State.BAD
    assert said in finding.what


def cluster_made(server: Server) -> int:
    """The port of the first broker of a cluster, where another one came and went before."""
    msk = server.client("kafka")
    nodes = {"ClientSubnets": ["a", "b"], "InstanceType": "kafka.m7g.large"}
    plain = {"EncryptionInTransit": {"ClientBroker": "PLAINTEXT"}}
    arn = ""
    for name in ("gone", "rivers"):
        if arn:
            msk.delete_cluster(ClusterArn=arn)
        arn = msk.create_cluster(
            ClusterName=name,
            BrokerNodeGroupInfo=nodes,
            KafkaVersion="3.9.x.kraft",
            NumberOfBrokerNodes=2,
            EncryptionInfo=plain,
        )["ClusterArn"]
    return int(msk.get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerString"].partition(",")[0].partition(":")[2])


def test_ports_of_clusters_that_were_created(tmp_path: Path) -> None:
    data, killed = tmp_path / "data", tmp_path / "killed"
    assert list(checks.cluster_ports(Options(data=str(data)))) == []
    with Server(durability="os", data=str(data)) as server:
        port = cluster_made(server)
        assert list(checks.cluster_ports(Options(data=str(data)))) == []  # it has the folder
        shutil.copytree(data, killed)
    (tmp_path / "empty").mkdir()
    assert list(checks.cluster_ports(Options(data=str(tmp_path / "empty")))) == []
    before = sorted((path, path.stat().st_size) for path in killed.rglob("*"))
    for folder in (data, killed):  # with a snapshot, and without one
        options = Options(data=str(folder))
        (finding,) = checks.cluster_ports(options)
        assert finding.state is State.GOOD
        with socket.create_server(("127.0.0.1", port)):
            (finding,) = checks.cluster_ports(options)
        assert finding.state is State.LOOK
        assert finding.what.startswith(f"127.0.0.1 port {port} of rivers (broker 1, PLAINTEXT): ")
    assert sorted((path, path.stat().st_size) for path in killed.rglob("*")) == before


def test_clusters_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(_data: Path) -> Iterator[tuple[str, int, str, int]]:
        raise OSError("no")

    monkeypatch.setattr(known_ports, "known_ports", known)
    (finding,) = checks.cluster_ports(Options(data=str(tmp_path)))
    assert (finding.state, finding.what) == (State.LOOK, "what clusters there are can't be read: no")


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
