"""Any request at a whole server: see port.py for what may come of it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.port import Port, on_uvloop, open_port
from tests.fuzz.requests import ACCOUNT, FIFO, HEAD, QUEUES, Maker, as_form
from weirmq.server.config import User

SEEDS = 5
REQUESTS = 400  # a seed
ROUND = 50  # requests, after which there are queues and messages again

_HANDLE = re.compile("<ReceiptHandle>(.*?)<")
_FIFO = (
    "&Attribute.1.Name=FifoQueue&Attribute.1.Value=true"
    "&Attribute.2.Name=ContentBasedDeduplication&Attribute.2.Value=true"
)


async def furnish(port: Port, maker: Maker) -> None:
    """Queues with messages, some of them received, and a topic, whatever became of earlier ones."""
    await port.turn_clock(seconds=61)  # a deleted queue's name is free again after a minute
    await port.talk(as_form("Action=CreateTopic&Version=2010-03-31&Name=news"))
    for name in QUEUES:
        await port.talk(as_form(f"Action=CreateQueue&QueueName={name}{_FIFO if name == FIFO else ''}"))
        queue = f"QueueUrl=/{ACCOUNT}/{name}"
        group = "&MessageGroupId=a" if name == FIFO else ""
        for number in range(5):
            await port.talk(as_form(f"Action=SendMessage&{queue}&MessageBody={number}{group}"))
        answers = await port.talk(as_form(f"Action=ReceiveMessage&{queue}&MaxNumberOfMessages=3"))
        maker.handles = maker.handles[-20:] + _HANDLE.findall(answers[0].body.decode())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_requests_right_and_wrong(seed: int) -> None:
    async def scenario() -> None:
        maker = Maker(seed)
        accepted = 0
        async with open_port() as port:
            for number in range(REQUESTS):
                if number % ROUND == 0:
                    await furnish(port, maker)
                pieces = maker.pieces(maker.one())
                try:
                    answers = await port.refused_or_done(*pieces)
                except BaseException:
                    print(f"seed {seed}, request {number}: {pieces!r:.5000}")  # noqa: T201 - shown where it fails
                    raise
                accepted += any(answer.status == 200 for answer in answers)
        assert accepted > REQUESTS // 20  # else this would test refusals alone

    on_uvloop(scenario)


def test_nobody_gets_in_without_a_right_signature() -> None:
    user = User(name="ann", access_key="test", secret="s", account=ACCOUNT)

    async def scenario() -> None:
        maker = Maker(1)
        async with open_port(users=(user,)) as port:
            before = port.state()
            for _ in range(REQUESTS):
                answers = await port.refused_or_done(*maker.pieces(maker.one()))
                assert all(answer.status >= 400 for answer in answers if answer.kind != "text/plain; charset=utf-8")
            assert port.state() == before

    on_uvloop(scenario)


@settings(max_examples=10)
@given(st.lists(st.binary(max_size=60) | st.sampled_from((b"\r\n", b"\n", b"\0", HEAD, HEAD[:30])), max_size=12))
def test_any_bytes(pieces: list[bytes]) -> None:
    async def scenario() -> None:
        async with open_port() as port:
            await port.refused_or_done(*pieces)

    on_uvloop(scenario)
