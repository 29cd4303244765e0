"""Requests that are small to write and large to read: none may hold up the others for long."""

import time
from collections.abc import Callable

import pytest

from tests.fuzz.port import on_uvloop, open_port
from tests.fuzz.requests import ACCOUNT, as_form, as_json

SIZE = 6 * 1024 * 1024
CPU_S = 1.5  # both ends together, on a slow machine; a flood that is worked through entry by entry takes far more
URL = f"http://h/{ACCOUNT}/orders"
DEEP = 100_000
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

FLOODS: dict[str, Callable[[], bytes]] = {
    "percent signs that begin no escape": lambda: as_form("Action=SendMessage&MessageBody=" + "%" * SIZE),
    "escapes cut short": lambda: as_form("Action=SendMessage&MessageBody=" + "%4" * (SIZE // 2)),
    "escapes and line ends": lambda: as_form("Action=SendMessage&MessageBody=\n" + "%0A\n" * (SIZE // 4)),
    "escapes that make no UTF-8": lambda: as_form("Action=SendMessage&MessageBody=" + "%F0" * (SIZE // 3)),
    "ampersands": lambda: as_form("Action=SendMessage" + "&" * SIZE),
    "actions": lambda: as_form("Action=SendMessage&" * (SIZE // 19)),
    "parameters in levels": lambda: as_form(
        "&".join(["Action=SendMessage", *("A." * 31 + f"{n}=1" for n in range(9_990))])
    ),
    "entries that lack everything": lambda: as_json(
        "SendMessageBatch", b'{"Entries":[' + b"{}," * (SIZE // 3) + b"{}]}"
    ),
    "entries of nothing": lambda: as_json("SendMessageBatch", b'{"Entries":[' + b"null," * (SIZE // 5) + b"{}]}"),
    "tags": lambda: as_json(
        "TagQueue",
        b'{"QueueUrl":"%s","Tags":{%s}}' % (URL.encode(), b",".join(b'"%d":""' % n for n in range(SIZE // 13))),
    ),
    "names of attributes": lambda: as_json(
        "ReceiveMessage", b'{"QueueUrl":"%s","MessageAttributeNames":[%s"a"]}' % (URL.encode(), b'"a.*",' * (SIZE // 6))
    ),
    "digits": lambda: as_json("ReceiveMessage", b'{"QueueUrl":"u","MaxNumberOfMessages":' + b"9" * SIZE + b"}"),
    "spaces": lambda: as_json("SendMessage", b" " * SIZE),
    "an address with a long host": lambda: as_json(
        "SendMessage", b'{"QueueUrl":"https://sqs.aa%s/%s/orders","MessageBody":"x"}' % (b"-a" * SIZE, ACCOUNT.encode())
    ),
    "levels of lists": lambda: as_json("SendMessage", b"[" * DEEP),
    "levels of maps": lambda: as_json("SendMessage", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "levels in a policy": lambda: as_json(
        "SetQueueAttributes", b'{"QueueUrl":"%s","Attributes":{"Policy":"%s"}}' % (URL.encode(), b"[" * SIZE)
    ),
    "levels in a redrive policy": lambda: as_json(
        "SetQueueAttributes", b'{"QueueUrl":"%s","Attributes":{"RedrivePolicy":"%s"}}' % (URL.encode(), b"[" * DEEP)
    ),
    "a body of two megabytes": lambda: as_json(
        "SendMessage", b'{"QueueUrl":"%s","MessageBody":"%s"}' % (URL.encode(), b"x" * 2 * 1024 * 1024)
    ),
    "chunks of one byte": lambda: (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 65_000
    ),
    "pipelined requests": lambda: b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 10_000,
    "lines of a header": lambda: b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_holds_up_nobody(name: str) -> None:
    async def scenario() -> None:
        async with open_port() as port:
            await port.talk(as_form("Action=CreateQueue&QueueName=orders"))
            flood = FLOODS[name]()
            started_s = time.process_time()
            await port.refused_or_done(flood)
            assert time.process_time() - started_s < CPU_S

    on_uvloop(scenario)


def test_addresses_of_any_length_arent_remembered() -> None:
    async def scenario() -> None:
        async with open_port() as port:
            await port.talk(as_form("Action=CreateQueue&QueueName=orders"))
            for host in ("h", "a" * 1_000_000):
                await port.talk(as_form(f"Action=SendMessage&MessageBody=x&QueueUrl=http://{host}/{ACCOUNT}/orders"))
            sqs = port.app._dispatcher._services["sqs"]
            assert max(len(url) for url, _ in sqs._urls) < 2_000  # type: ignore[attr-defined]

    on_uvloop(scenario)
