import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop

from weirmq.engine.errands import FunctionErrand, Outcome
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.server.outbound import function_output, functions
from weirmq.server.outbound.functions import Functions
from weirmq.server.receivers import Function

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"

HANDLERS = """
import ctypes, decimal, json, os, subprocess, sys, threading, time

def echo(event, context):
    return event

def describe(event, context):
    names = ("function_name function_version invoked_function_arn memory_limit_in_mb aws_request_id log_group_name "
             "log_stream_name identity client_context").split()
    left_ms = context.get_remaining_time_in_millis()
    return {name: getattr(context, name) for name in names} | {"left_ms": left_ms, "environ": dict(os.environ)}

def client(event, context):
    return [context.client_context.client.app_title, context.client_context.custom, context.client_context.env]

def raises(event, context):
    raise KeyError("brüllt\\n" + event)

class Mute(Exception):
    def __str__(self):
        raise OSError("can't say")

def raises_mute(event, context):
    raise Mute

def raises_long(event, context):
    raise ValueError("\\N{GRINNING FACE}" * 10_000_000)

def descriptors(event, context):
    opened = [number for number in range(256) if _is_open(number)]
    return [opened, [number for number in opened if os.get_inheritable(number)]]

def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

def hangs(event, context):
    with open(os.environ.get("HELD", os.devnull), "w") as held:
        subprocess.Popen(["sleep", "1000"], stdout=held)
    print("hanging", os.getpid())
    threading.Event().wait()

def exits(event, context):
    print("bye", end="")
    sys.exit(event)

def vanishes(event, context):
    os._exit(event)

def crashes(event, context):
    os.kill(os.getpid(), 9)

def prints(event, context):
    print("one")
    print("two", file=sys.stderr)
    os.write(1, b"\\xff\\x00three\\r\\n")
    subprocess.run(["echo", "four"])
    sys.stdout.write("five")

def floods(event, context):
    sys.stdout.write(("x" * 80 + "\\n") * 40_000)

def garbles(event, context):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\\xff" * 64)
        except OSError:
            pass

def decimal_(event, context):
    return {"price": decimal.Decimal("1.5"), "name": "Müller"}

def set_(event, context):
    return {1, 2}

def circle(event, context):
    circle = []
    circle.append(circle)
    return circle

def surrogate(event, context):
    return "\\ud800"

def big(event, context):
    return "x" * event

def pid(event, context):
    return os.getpid()

def meets(event, context):
    # ends once as many as `event` says are here at the same time
    folder = os.environ["MEETING"]
    open(os.path.join(folder, str(os.getpid())), "w").close()
    while len(os.listdir(folder)) < event:
        time.sleep(0.001)
    return os.getpid()
"""


class Log(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.has_hung = asyncio.Event()

    def write(self, text: str) -> int:
        if "hanging" in text:
            self.has_hung.set()
        return super().write(text)


class Setup:
    def __init__(self, folder: Path, **options: Any) -> None:
        self.log = Log()
        (folder / "shop.py").write_text(HANDLERS, encoding="utf-8")
        names = options.pop("names", None) or [name for name in _handlers() if name != "client_"]
        handlers = [
            Function(**({"name": name, "handler": f"shop:{name}", "path": str(folder), "timeout_s": 20} | options))
            for name in names
        ]
        self.functions = Functions(
            handlers,
            clock=ManualClock(),
            entropy=SeededEntropy(1),
            logger=open_logger(Options(log_format="json"), self.log),
            region="eu-west-1",
        )

    async def invoke(self, name: str, event: Any = None, **fields: Any) -> Outcome:
        errand = FunctionErrand(function_arn=ARN + name, payload=json.dumps(event).encode(), **fields)
        return await self.functions.send(errand)

    def lines(self, event: str = "function output") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


def _handlers() -> list[str]:
    return [line[4:].partition("(")[0] for line in HANDLERS.splitlines() if line.startswith("def ")]


@asynccontextmanager
async def functions_in(folder: Path, **options: Any) -> AsyncIterator[Setup]:
    setup = Setup(folder, **options)
    try:
        yield setup
    finally:
        await setup.functions.close()


async def test_a_function_returns_its_payload(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        outcome = await setup.invoke("echo", {"Records": [1, "ü", None]})
        assert json.loads(outcome.body) == {"Records": [1, "ü", None]}
        assert (outcome.status, outcome.error, outcome.is_permanent) == (200, "", False)
        assert "x-amz-function-error" not in outcome.headers


async def test_the_worker_stays_warm(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        pids = [(await setup.invoke("pid")).body for _ in range(3)]
        assert len(set(pids)) == 1
        assert pids[0] != str(os.getpid()).encode()


async def test_the_context(tmp_path: Path) -> None:
    async with functions_in(tmp_path, environment={"TABLE": "orders"}, memory_mb=512) as setup:
        outcome = await setup.invoke("describe:live")
        assert outcome.status == 200
        told = json.loads(outcome.body)
        environ = told.pop("environ")
        assert 0 < told.pop("left_ms") <= 20_000
        stream = told.pop("log_stream_name")
        assert stream.startswith("2023/11/14/[$LATEST]")
        assert told == {
            "function_name": "describe",
            "function_version": "$LATEST",
            "invoked_function_arn": ARN + "describe:live",
            "memory_limit_in_mb": "512",
            "aws_request_id": outcome.headers["x-amzn-requestid"],
            "log_group_name": "/aws/lambda/describe",
            "identity": None,
            "client_context": None,
        }
        assert environ["TABLE"] == "orders"
        assert environ["AWS_REGION"] == "eu-west-1"
        assert environ["_HANDLER"] == "shop:describe"


async def test_the_client_context(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        told = {"client": {"app_title": "Shop"}, "custom": {"a": "b"}, "env": {"locale": "de"}}
        outcome = await setup.invoke("client", client_context=json.dumps(told))
        assert json.loads(outcome.body) == ["Shop", {"a": "b"}, {"locale": "de"}]


async def test_an_exception_is_reported_as_lambda_does(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        outcome = await setup.invoke("raises", "laut")
        assert outcome.status == 200
        assert outcome.headers["x-amz-function-error"] == "Unhandled"
        told = json.loads(outcome.body)
        assert told["errorType"] == "KeyError"
        assert told["errorMessage"] == repr("brüllt\nlaut")
        assert told["requestId"] == outcome.headers["x-amzn-requestid"]
        assert len(told["stackTrace"]) == 1
        assert "shop.py" in told["stackTrace"][0]
        assert outcome.error == "KeyError: 'brüllt\\nlaut'"
        assert (await setup.invoke("raises_mute")).error == "Mute: OSError in __str__"
        assert (await setup.invoke("raises_long")).error == "ValueError: " + "\N{GRINNING FACE}" * 65_536


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("set_", "Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable"),
        ("circle", "Runtime.MarshalError: Unable to marshal response: Circular reference detected"),
        ("surrogate", "Runtime.MarshalError: Unable to marshal response: 'utf-8' codec can't encode"),
    ],
)
async def test_what_is_no_json_is_refused(tmp_path: Path, name: str, error: str) -> None:
    async with functions_in(tmp_path, names=[name]) as setup:
        assert (await setup.invoke(name)).error.startswith(error)


async def test_decimals_are_numbers(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        assert json.loads((await setup.invoke("decimal_")).body) == {"price": 1.5, "name": "Müller"}


def test_a_worker_gets_no_files_of_the_servers(tmp_path: Path) -> None:
    async def scenario() -> None:
        with (tmp_path / "lock").open("w") as file:
            os.set_inheritable(file.fileno(), True)
            async with functions_in(tmp_path) as setup:
                outcome = await setup.invoke("descriptors")
                assert json.loads(outcome.body) == [[0, 1, 2, 3, 4], [0, 1, 2]]

    for factory in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(scenario())


async def test_an_event_that_is_no_json(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        outcome = await setup.functions.send(FunctionErrand(function_arn=ARN + "echo", payload=b"\xff{"))
        assert outcome.error.startswith("Runtime.UnmarshalError: Unable to unmarshal input")
        assert (await setup.invoke("echo", 1)).body == b"1"


def held_in(folder: Path) -> Path:
    """A pipe to be held open by what must end: then reading from it ends too."""
    held = folder / "held"
    os.mkfifo(held)
    return held


async def test_a_handler_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = held_in(tmp_path)
    timeouts: list[asyncio.Timeout] = []

    def timeout(seconds: float) -> asyncio.Timeout:
        timeouts.append(asyncio.timeouts.timeout(seconds))
        return timeouts[-1]

    monkeypatch.setattr(asyncio, "timeout", timeout)
    async with functions_in(tmp_path, names=["hangs"], environment={"HELD": str(held)}) as setup:
        children = asyncio.create_task(asyncio.to_thread(held.read_bytes))
        running = asyncio.create_task(setup.invoke("hangs", timeout_ms=15_500))
        await setup.log.has_hung.wait()
        (worker,) = setup.functions._pools["hangs"]._all
        timeouts[-1].reschedule(0)  # now, not after so long
        outcome = await running
        assert outcome.status == 200
        assert outcome.headers["x-amz-function-error"] == "Unhandled"
        told = json.loads(outcome.body)
        assert told["errorType"] == "Sandbox.Timedout"
        request_id = outcome.headers["x-amzn-requestid"]
        assert told["errorMessage"] == f"RequestId: {request_id} Error: Task timed out after 15.50 seconds"
        assert await children == b""
        assert [line["line"] for line in setup.lines()] == [f"hanging {worker.process.pid}"]


@pytest.mark.parametrize(
    ("name", "event", "message"),
    [
        ("exits", 3, "Runtime exited with error: exit status 3"),
        ("exits", 0, "Runtime exited without providing a reason"),
        ("vanishes", 7, "Runtime exited with error: exit status 7"),
        ("crashes", None, "Runtime exited with error: signal: SIGKILL"),
    ],
)
async def test_a_handler_that_ends_its_process(tmp_path: Path, name: str, event: int | None, message: str) -> None:
    async with functions_in(tmp_path, names=[name, "echo"]) as setup:
        for _ in range(2):  # the second time in a new process
            outcome = await setup.invoke(name, event)
            told = json.loads(outcome.body)
            assert told["errorType"] == "Runtime.ExitError"
            assert told["errorMessage"] == f"RequestId: {outcome.headers['x-amzn-requestid']} Error: {message}"
        if name == "exits":
            assert [line["line"] for line in setup.lines()] == ["bye", "bye"]
        assert len(setup.lines("a function failed")) == 2


async def test_what_handlers_print_is_logged(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        outcome = await setup.invoke("prints")
        assert outcome.body == b"null"
        await setup.functions.close()
        lines = setup.lines()
        assert [line["line"] for line in lines] == ["one", "two", "\\xff\x00three", "four", "five"]
        assert {line["request_id"] for line in lines} == {outcome.headers["x-amzn-requestid"]}
        assert {line["function"] for line in lines} == {"prints"}


async def test_a_flood_of_output_is_cut(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        assert (await setup.invoke("floods")).body == b"null"
        await setup.functions.close()
        assert len(setup.lines()) == function_output.LIMIT_LINES
        (line,) = setup.lines("a function printed more than is logged")
        # What was left out, but for the line ends of the lines that came after the last that fitted.
        assert 81 * 30_000 - 10_000 <= line["dropped_bytes"] <= 81 * 30_000


async def test_a_handler_that_writes_into_the_protocol(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        outcome = await setup.invoke("garbles")
        assert json.loads(outcome.body)["errorType"] == "Runtime.ExitError"
        assert json.loads((await setup.invoke("echo", 5)).body) == 5


async def test_six_megabytes(tmp_path: Path) -> None:
    async with functions_in(tmp_path) as setup:
        event = "x" * (6 * 1024 * 1024 - 2)
        assert json.loads((await setup.invoke("echo", event)).body) == event
        refused = await setup.invoke("echo", event + "x")
        assert (refused.status, refused.is_permanent) == (413, True)
        answer = await setup.invoke("big", 6 * 1024 * 1024 + 98)
        assert len(answer.body) == 6 * 1024 * 1024 + 100
        too_large = await setup.invoke("big", 6 * 1024 * 1024 + 99)
        # The text of Lambda's own refusal.
        message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        assert too_large.error == f"Function.ResponseSizeTooLarge: {message}"


async def test_a_hundred_at_once_wait_for_each_other(tmp_path: Path) -> None:
    async with functions_in(tmp_path, names=["pid"], concurrency=2) as setup:
        outcomes = await asyncio.gather(*[setup.invoke("pid") for _ in range(100)])
        assert {outcome.status for outcome in outcomes} == {200}
        assert len({outcome.body for outcome in outcomes}) == 2


async def test_as_many_run_at_a_time_as_concurrency_says(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    environment = {"MEETING": str(meeting)}
    async with functions_in(tmp_path, names=["meets"], concurrency=3, environment=environment) as setup:
        outcomes = await asyncio.gather(*[setup.invoke("meets", 3) for _ in range(3)])
        assert len({outcome.body for outcome in outcomes}) == 3


async def test_workers_beyond_the_first_go_when_they_are_idle(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    environment = {"MEETING": str(meeting)}
    async with functions_in(tmp_path, names=["meets"], concurrency=2, environment=environment) as setup:
        await asyncio.gather(*[setup.invoke("meets", 2) for _ in range(2)])
        pool = setup.functions._pools["meets"]
        one, other = pool._idle
        for worker in (one, other):  # as their timers do
            assert worker._rest is not None
            assert not worker._rest.cancelled()
            pool._let_go(worker)
        assert pool._idle == [other]
        await asyncio.wait(pool._leaving)
        assert one.process.returncode is not None
        assert (await setup.invoke("meets", 2)).status == 200


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        ("absent:echo", "Runtime.ImportModuleError: Unable to import module 'absent': No module named 'absent'"),
        ("shop:absent", "Runtime.HandlerNotFound: Handler 'absent' missing on module 'shop'"),
        ("broken:f", "Runtime.UserCodeSyntaxError: Syntax error in module 'broken'"),
        ("raising:f", "ZeroDivisionError: division by zero"),
        ("leaving:f", "Runtime.ExitError: RequestId"),
    ],
)
async def test_a_handler_that_cannot_be_loaded(tmp_path: Path, handler: str, error: str) -> None:
    for name, code in {"broken": "def f(:", "raising": "1 / 0", "leaving": "raise SystemExit(4)"}.items():
        (tmp_path / f"{name}.py").write_text(code)
    async with functions_in(tmp_path, names=["x"], handler=handler) as setup:
        outcome = await setup.invoke("x")
        assert outcome.error.startswith(error)
        assert outcome.headers["x-amz-function-error"] == "Unhandled"
        assert not setup.functions._pools["x"]._all


async def test_an_interpreter_of_its_own(tmp_path: Path) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\nTABLE=own exec "{sys.executable}" "$@"\n')
    interpreter.chmod(0o755)
    async with functions_in(tmp_path, python=str(interpreter)) as setup:
        assert json.loads((await setup.invoke("describe")).body)["environ"]["TABLE"] == "own"
    async with functions_in(tmp_path, python=str(tmp_path / "none")) as setup:
        error = (await setup.invoke("echo")).error
        assert error.endswith(f"can't start {tmp_path}/none: No such file or directory")


@pytest.mark.parametrize(
    "arn", [ARN + "other", ARN, "echo", "arn:aws:sqs:us-east-1:000000000000:echo", ARN + "echo:1:2", ""]
)
async def test_a_function_that_there_is_not(tmp_path: Path, arn: str) -> None:
    async with functions_in(tmp_path) as setup:
        assert arn not in setup.functions
        outcome = await setup.functions.send(FunctionErrand(function_arn=arn, payload=b"1"))
        assert (outcome.status, outcome.is_permanent) == (404, True)
        assert arn in outcome.error


async def test_one_that_is_cancelled_leaves_nothing_behind(tmp_path: Path) -> None:
    held = held_in(tmp_path)
    async with functions_in(tmp_path, names=["hangs"], environment={"HELD": str(held)}) as setup:
        children = asyncio.create_task(asyncio.to_thread(held.read_bytes))
        pool = setup.functions._pools["hangs"]
        running = asyncio.ensure_future(setup.invoke("hangs"))
        await setup.log.has_hung.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not pool._all
        assert await children == b""


async def test_closing_ends_what_runs(tmp_path: Path) -> None:
    setup = Setup(tmp_path, names=["hangs"])
    running = asyncio.ensure_future(setup.invoke("hangs"))
    await setup.log.has_hung.wait()
    await setup.functions.close()
    assert (await running).error.endswith("Runtime exited with error: signal: SIGKILL")
    assert (await setup.invoke("hangs")).error.endswith("the server is stopping")


async def test_closing_refuses_those_that_wait(tmp_path: Path) -> None:
    setup = Setup(tmp_path, names=["hangs"])
    running = [asyncio.ensure_future(setup.invoke("hangs")) for _ in range(3)]
    await setup.log.has_hung.wait()
    await setup.functions.close()
    assert sum(outcome.error.endswith("the server is stopping") for outcome in await asyncio.gather(*running)) == 2


async def test_a_worker_ends_with_the_server(tmp_path: Path) -> None:
    async with functions_in(tmp_path, names=["hangs"]) as setup:
        running = asyncio.ensure_future(setup.invoke("hangs"))
        await setup.log.has_hung.wait()
        (worker,) = setup.functions._pools["hangs"]._all
        worker._events.close()  # as the system does it for a process that was killed
        assert await worker.process.wait() == -9
        await running


def test_the_summary_of_any_report() -> None:
    assert functions.summary(b'{"errorType":"A","errorMessage":"b"}') == "A: b"
    assert functions.summary(b"[]") == "[]"
    assert functions.summary(b"\xff") == "\\xff"
    assert functions.summary(b"") == "the function failed"
    assert msgspec.json.decode(functions._describe("A", "b", "c"))["errorMessage"] == "RequestId: c Error: b"
