"""Functions: Python handlers that the configuration names, each run in processes of its own (function_worker.py).

    a FunctionErrand -> an idle worker, or a new one -> Outcome      at most `concurrency` at a time, the others wait

A worker that dies, or overruns the function's timeout, is killed with all that it has started, and the next invocation
gets a new one. What handlers print becomes log lines.

The Outcome is that of Lambda's Invoke: status 200 and the returned JSON as body. Where the handler failed, the header
`x-amz-function-error` is there too, the body is Lambda's error object, and `error` says it in a line.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import msgspec

from weirmq.engine.errands import FunctionErrand, Outcome
from weirmq.kernel.arn import parse
from weirmq.kernel.clock import Clock
from weirmq.kernel.ids import Entropy, uuid4
from weirmq.server.logs import Logger
from weirmq.server.outbound.function_output import Output
from weirmq.server.outbound.function_worker import LENGTHS, RESPONSE_LIMIT_BYTES
from weirmq.server.outbound.sender import Sender
from weirmq.server.receivers import Function

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB for a synchronous invocation.
EVENT_LIMIT_BYTES: Final = 6 * 1024 * 1024
START_TIMEOUT_S: Final = 10.0  # Lambda's limit for the Init phase
IDLE_S: Final = 300.0  # a second and further worker of a function is let go when it had nothing to do for so long
VERSION: Final = "$LATEST"
ERROR_HEADER: Final = "x-amz-function-error"
_ENDING_S = 1.0
_HEADER_LIMIT_BYTES = 64 * 1024
_ERROR_LIMIT_BYTES = 1024 * 1024  # of an error object: its text, and a stack trace
_WORKER = str(Path(__file__).with_name("function_worker.py"))


class _Failed(Exception):  # noqa: N818
    """An invocation failed. `report` is Lambda's error object, in JSON."""

    def __init__(self, report: bytes) -> None:
        super().__init__()
        self.report = report


class Functions:
    """The sender of FunctionErrands. Those for functions that are not in the configuration go to `elsewhere`."""

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        clock: Clock,
        entropy: Entropy,
        logger: Logger,
        region: str,
        elsewhere: Sender | None = None,
    ) -> None:
        self._entropy = entropy
        self._elsewhere = elsewhere
        self._pools = {each.name: _Pool(each, clock, entropy, logger, region) for each in functions}

    def __contains__(self, function_arn: str) -> bool:
        return _name_of(function_arn) in self._pools

    async def send(self, errand: FunctionErrand) -> Outcome:
        """Invoke the function that the ARN names, whatever the ARN's account and region, and wait for its answer."""
        pool = self._pools.get(_name_of(errand.function_arn))
        if pool is None and self._elsewhere is not None:
            return await self._elsewhere.send(errand)
        if pool is None:
            return Outcome(status=404, error=f"Function not found: {errand.function_arn}", is_permanent=True)
        if len(errand.payload) > EVENT_LIMIT_BYTES:
            message = f"Request must be smaller than {EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation"
            return Outcome(status=413, error=message, is_permanent=True)
        started = perf_counter()
        request_id = uuid4(self._entropy)
        try:
            body, headers, error = await pool.invoke(errand, request_id), {}, ""
        except _Failed as failed:
            body, headers, error = failed.report, {ERROR_HEADER: "Unhandled"}, summary(failed.report)
        elapsed_ms = round((perf_counter() - started) * 1000)
        headers["x-amzn-requestid"] = request_id
        return Outcome(status=200, body=body, headers=headers, error=error, elapsed_ms=elapsed_ms)

    async def close(self) -> None:
        """End all workers, those too that run a handler."""
        await asyncio.gather(*[pool.close() for pool in self._pools.values()])
        if self._elsewhere is not None:
            await self._elsewhere.close()


def _name_of(function_arn: str) -> str:
    """`resize` of arn:aws:lambda:us-east-1:000000000000:function:resize:live; empty where it is no function's ARN."""
    try:
        parts = parse(function_arn).resource.split(":")
    except ValueError:
        return ""
    return parts[1] if len(parts) in {2, 3} and parts[0] == "function" else ""


def summary(report: bytes) -> str:
    """A line about a failed invocation, of the error object that Lambda answers with."""
    try:
        told = msgspec.json.decode(report)
    except msgspec.DecodeError:
        told = None
    if not isinstance(told, dict):
        return report[:200].decode("utf-8", "backslashreplace") or "the function failed"
    return f"{told.get('errorType', 'error')}: {told.get('errorMessage', '')}"


def _describe(kind: str, message: str, request_id: str) -> bytes:
    """An error object of the runtime's own, in Lambda's words."""
    text = f"RequestId: {request_id} Error: {message}"
    return msgspec.json.encode({"errorType": kind, "errorMessage": text})


class _Pool:
    """The workers of one function."""

    def __init__(self, function: Function, clock: Clock, entropy: Entropy, logger: Logger, region: str) -> None:
        self._function = function
        self._clock = clock
        self._entropy = entropy
        self._logger = logger.bind(function=function.name)
        self._region = region
        self._slots = asyncio.Semaphore(function.concurrency)
        self._idle: list[_Worker] = []  # the one that was used last is used next, so that the others can go
        self._all: set[_Worker] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def invoke(self, errand: FunctionErrand, request_id: str) -> bytes:
        """What the handler returned. Raises _Failed."""
        async with self._slots:
            if self._is_closed:
                raise _Failed(_describe("Runtime.ExitError", "the server is stopping", request_id))
            worker = None
            try:
                worker = await self._take(request_id)
                return await worker.invoke(errand, request_id)
            except _Failed as failed:
                self._logger.warning("a function failed", request_id=request_id, error=summary(failed.report))
                raise
            finally:
                if worker is not None:
                    await self._give_back(worker)

    async def _take(self, request_id: str) -> "_Worker":
        while self._idle:
            worker = self._idle.pop()
            worker.wake()
            if worker.is_alive:
                return worker
            await self._end(worker)
        return await self._start(request_id)

    async def _start(self, request_id: str) -> "_Worker":
        function = self._function
        command = [function.python or sys.executable, "-P", _WORKER, function.handler, function.path or "."]
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=self._environment(),
                cwd=function.path or None,
                start_new_session=True,  # its own process group, which ends with it, and gets no Ctrl-C of the server's
            )
        except OSError as error:
            message = f"can't start {error.filename}: {error.strerror}"
            raise _Failed(_describe("Runtime.ExitError", message, request_id)) from None
        worker = _Worker(process, function, self._logger)
        self._all.add(worker)
        try:
            await worker.start(request_id)
        finally:
            if not worker.is_ready:
                await self._end(worker)
        return worker

    def _environment(self) -> Mapping[str, str]:
        """The server's, the function's, and what Lambda's runtimes find in theirs."""
        function = self._function
        date = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).strftime("%Y/%m/%d")
        own = {
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{date}/[{VERSION}]{self._entropy.take(16).hex()}",
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "_HANDLER": function.handler,
        }
        return {**os.environ, **own, **function.environment}

    async def _give_back(self, worker: "_Worker") -> None:
        if not worker.is_ready or self._is_closed:
            await self._end(worker)
            return
        self._idle.append(worker)
        worker.rest(self._let_go)

    def _let_go(self, worker: "_Worker") -> None:
        if len(self._all) > 1 and worker in self._idle:
            self._idle.remove(worker)
            self._all.discard(worker)  # at once, or the next one would go too
            leaving = asyncio.create_task(self._end(worker))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _end(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        await worker.end()

    async def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        workers, self._all = self._all, set()
        for worker in workers:
            worker.wake()
        await asyncio.gather(*[worker.end() for worker in workers], *self._leaving)


class _Worker:
    """One process, and what it is doing. `is_ready`: it waits for an event."""

    def __init__(self, process: Process, function: Function, logger: Logger) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a worker is talked to by its three pipes")
        self.process = process
        self.is_ready = False
        self._rest: asyncio.TimerHandle | None = None
        self._function = function
        self._events = process.stdin
        self._answers = process.stdout
        self._output = Output(process.stderr, logger)

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return self.process.returncode is None and not self._answers.at_eof()

    def rest(self, let_go: "Callable[[_Worker], None]") -> None:
        """Call `let_go` after a while, unless there is something to do first."""
        self._rest = asyncio.get_running_loop().call_later(IDLE_S, let_go, self)

    def wake(self) -> None:
        """The rest is over."""
        if self._rest is not None:
            self._rest.cancel()

    async def start(self, request_id: str) -> None:
        """Wait until the handler is loaded. Raises _Failed."""
        self._output.begin(request_id)
        await self._exchange(b"", START_TIMEOUT_S, request_id)

    async def invoke(self, errand: FunctionErrand, request_id: str) -> bytes:
        """What the handler makes of an event. Raises _Failed."""
        timeout_s = min(float(self._function.timeout_s), errand.timeout_ms / 1000)
        header: dict[str, Any] = {
            "request_id": request_id,
            "arn": errand.function_arn,
            "timeout_ms": int(timeout_s * 1000),
            "client_context": errand.client_context,
        }
        encoded = msgspec.json.encode(header)
        frame = LENGTHS.pack(len(encoded), len(errand.payload)) + encoded + errand.payload
        self._output.begin(request_id)
        self.is_ready = False
        return await self._exchange(frame, timeout_s, request_id)

    async def _exchange(self, frame: bytes, timeout_s: float, request_id: str) -> bytes:
        """Send a frame, and read the next one that comes. Raises _Failed."""
        try:
            async with asyncio.timeout(timeout_s):
                if frame:
                    self._events.write(frame)
                    await self._events.drain()
                kind, payload = await self._read()
        except TimeoutError:
            message = f"Task timed out after {timeout_s:.2f} seconds"
            raise _Failed(_describe("Sandbox.Timedout", message, request_id)) from None
        except (asyncio.IncompleteReadError, OSError):
            with suppress(TimeoutError):  # the process ends, and may still be about to say how
                await asyncio.wait_for(self.process.wait(), _ENDING_S)
            raise _Failed(_describe("Runtime.ExitError", await self._ending(), request_id)) from None
        except (_Garbled, msgspec.DecodeError):
            raise _Failed(_describe("Runtime.ExitError", await self._ending(), request_id)) from None
        if kind == "failed":
            raise _Failed(payload)
        self.is_ready = True
        if kind == "error":
            raise _Failed(payload)
        return payload

    async def _read(self) -> tuple[str, bytes]:
        lengths = LENGTHS.unpack(await self._answers.readexactly(LENGTHS.size))
        if lengths[0] > _HEADER_LIMIT_BYTES or lengths[1] > RESPONSE_LIMIT_BYTES + _ERROR_LIMIT_BYTES:
            raise _Garbled
        header = msgspec.json.decode(await self._answers.readexactly(lengths[0]), type=dict[str, str])
        return header.get("kind", ""), await self._answers.readexactly(lengths[1])

    async def _ending(self) -> str:
        """How the process ended, in the words of Lambda's runtime. One that has not is ended."""
        await self.end()
        status = self.process.returncode or 0
        if status < 0:
            return f"Runtime exited with error: signal: {signal.Signals(-status).name}"
        if status > 0:
            return f"Runtime exited with error: exit status {status}"
        return "Runtime exited without providing a reason"

    async def end(self) -> None:
        """Kill what is left of the process and of all that it has started, and log what it printed last."""
        self.is_ready = False
        self._events.close()
        with suppress(ProcessLookupError, PermissionError):  # the latter on macOS, where all have ended
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        await self._output.end()


class _Garbled(Exception):  # noqa: N818
    """What came from a worker is no frame."""
