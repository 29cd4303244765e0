from pathlib import Path

from weirmq.cli import banner
from weirmq.server.config import Options
from weirmq.server.users import User

ADDRESSES = [("127.0.0.1", 4566)]


def test_what_a_first_user_reads(tmp_path: Path) -> None:
    text = banner.text(Options(data=str(tmp_path)), ADDRESSES, {"PLAINTEXT": 9092})
    assert "endpoint    http://127.0.0.1:4566\n" in text
    assert "kafka       127.0.0.1:9092\n" in text
    assert f"data        {tmp_path} (" in text
    assert "durability  fsync: a change is answered once it is on the disk\n" in text
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_DEFAULT_REGION=us-east-1\n" in text
    assert "--queue-url http://127.0.0.1:4566/000000000000/first" in text


def test_all_kafka_listeners_are_named(tmp_path: Path) -> None:
    ports = {"PLAINTEXT": 9092, "SASL_SCRAM": 9096}
    text = banner.text(Options(data=str(tmp_path)), [("::1", 4566)], ports)
    assert "kafka       [::1]:9092, [::1]:9096 SASL_SCRAM\n" in text


def test_no_folder_is_named_where_none_is_used() -> None:
    text = banner.text(Options(data="/nowhere", durability="memory"), ADDRESSES, {"PLAINTEXT": 9092})
    assert "/nowhere" not in text
    assert "all is gone when the server stops" in text


def test_no_secret_is_shown(tmp_path: Path) -> None:
    user = User(name="ann", access_key="AKIAANN", secret="hush", account="111122223333")
    text = banner.text(Options(data=str(tmp_path), users=(user,)), ADDRESSES, {})
    assert "kafka       closed" in text
    assert "hush" not in text
    assert "AWS_ACCESS_KEY_ID=AKIAANN AWS_SECRET_ACCESS_KEY='the secret of ann'" in text
    assert "/111122223333/first" in text


def test_a_server_for_anyone_says_so(tmp_path: Path) -> None:
    text = banner.text(
        Options(host="0.0.0.0", insecure_allow_anyone=True, data=str(tmp_path)), ADDRESSES, {"PLAINTEXT": 9092}
    )
    assert "ANYONE" in text
