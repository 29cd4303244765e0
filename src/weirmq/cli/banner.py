"""What `weirmq serve` says when it is ready: where it is, what it promises, and a first success to copy and paste."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from weirmq import __version__
from weirmq.server.config import Options, endpoint, is_loopback
from weirmq.wire.kafka.listeners import PLAINTEXT

PROMISES = {
    "fsync": "a change is answered once it is on the disk",
    "os": "a change is answered once the operating system has it; a power cut may take the last ones back",
    "memory": "nothing is kept; all is gone when the server stops",
}


def text(options: Options, addresses: Sequence[tuple[str, int]], kafka_ports: Mapping[str, int]) -> str:
    """The whole banner, ending in a newline. `kafka_ports` are by listener."""
    url = endpoint(options, addresses)
    lines = [
        f"WeirMQ {__version__}",
        f"  endpoint    {url}",
        f"  kafka       {_kafka(addresses, kafka_ports)}",
        f"  data        {_data(options)}",
        f"  durability  {options.durability}: {PROMISES[options.durability]}",
        f"  access      {_access(options)}",
        "",
        "A first success, to paste into another terminal:",
        *_first_success(options, url),
        "",
        "Stop with Ctrl-C.",
    ]
    return "\n".join(lines) + "\n"


def _kafka(addresses: Sequence[tuple[str, int]], ports: Mapping[str, int]) -> str:
    if not ports:
        return "closed: the server has users, and no listener where they could log in; see [[kafka_listeners]]"
    host = addresses[0][0]
    shown = f"[{host}]" if ":" in host else host
    return ", ".join(f"{shown}:{port}" + ("" if name == PLAINTEXT else f" {name}") for name, port in ports.items())


def _data(options: Options) -> str:
    if options.durability == "memory":
        return "none, with durability memory"
    return f"{Path(options.data).absolute()} ({shutil.disk_usage(options.data).free / 1e9:.1f} GB free)"


def _access(options: Options) -> str:
    if options.insecure_allow_anyone and not is_loopback(options.host):
        return "ANYONE who reaches this machine, because of --insecure-allow-anyone"
    if options.users:
        return f"{len(options.users)} configured users"
    return "any access key, from this machine only"


def _first_success(options: Options, url: str) -> list[str]:
    """Three calls with the AWS CLI, as the first user or as anyone."""
    user = options.users[0] if options.users else None
    key, secret = (user.access_key, f"'the secret of {user.name}'") if user else ("test", "test")
    account = user.account if user else "000000000000"
    return [
        f"  export AWS_ENDPOINT_URL={url} AWS_DEFAULT_REGION={options.region}",
        f"  export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}",
        # Version 1 of the AWS CLI ignores AWS_ENDPOINT_URL for SQS, so the flag it is.
        f"  aws --endpoint-url {url} sqs create-queue --queue-name first",
        f"  aws --endpoint-url {url} sqs send-message --queue-url {url}/{account}/first --message-body hello",
        f"  aws --endpoint-url {url} sqs receive-message --queue-url {url}/{account}/first",
    ]
