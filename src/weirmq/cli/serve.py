"""`weirmq serve`: runs the server in the foreground until SIGTERM or Ctrl-C.

Exit codes: 0 stopped as told, 1 could not start or had to stop, 2 configuration refused.
"""

import gc
import os
import signal
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weirmq.cli.ending import DONE, FAILED, REFUSED, ended, say
from weirmq.server import config, lock
from weirmq.server.config import Options

if TYPE_CHECKING:
    from weirmq.server.logs import Logger


def run(given: dict[str, str]) -> int:
    """Run the server in the foreground, until Ctrl-C or SIGTERM.

    Each option can be a flag, a WEIRMQ_... variable or a key of the TOML file that --config names; a flag wins over a
    variable, a variable over the file.

    \b
    Examples:
      weirmq serve
      weirmq serve --port 9324 --data ./queues
      weirmq serve --durability memory --log-level debug
      weirmq serve --config weirmq.toml --host 0.0.0.0
    """
    gc.disable()  # a start makes no garbage worth the look: spare_collections() turns it on again
    return ended(lambda: _load_and_serve(given))


def _load_and_serve(given: dict[str, str]) -> int:
    options = config.load(given, os.environ)
    with _folder(options):
        return _serve(options)


def _folder(options: Options) -> AbstractContextManager[None]:
    return nullcontext() if options.durability == "memory" else lock.hold(Path(options.data))


def _serve(options: Options) -> int:
    import asyncio
    import resource

    import uvloop

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:  # the soft limit guards programs that use select(), and stands in the way of many connections
        with suppress(ValueError, OSError):  # macOS has a lower one of its own; `weirmq doctor` tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_stopped(options))


async def _until_stopped(options: Options) -> int:
    import asyncio

    from weirmq.cli import banner
    from weirmq.server.app import App, spare_collections
    from weirmq.server.tls import TlsError

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):  # before anybody is told that the server is there
        loop.add_signal_handler(number, told.set)
    app = App(options)
    _take_in_warnings(app.logger)
    try:
        addresses = await app.start()
    except TlsError as error:
        return say(REFUSED, str(error))
    except OSError as error:
        return say(FAILED, why_not_listening(error, options))
    spare_collections()
    if options.log_format != "json":
        print(banner.text(options, addresses, app.kafka_ports), end="", flush=True)  # noqa: T201
    either: list[asyncio.Future[Any]] = [asyncio.ensure_future(told.wait()), app.failed]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)  # a second Ctrl-C doesn't wait
    await app.stop()
    if app.failed.cancelled():
        return DONE
    why = app.failed.exception()  # it may have failed while it stopped
    return say(FAILED, f"The disk failed, so the server has stopped: {why}. What was acknowledged is on the disk.")


def _take_in_warnings(logger: "Logger") -> None:
    """What libraries and the event loop have to say becomes lines of our log."""
    import logging

    from weirmq.server.logs import Forwarder

    logging.getLogger().addHandler(Forwarder(logger))


def why_not_listening(error: OSError, options: Options) -> str:
    """Which port can't be had, why, and what to do."""
    import errno

    from weirmq.server.kafka.ports import NotListening

    where, other = f"{options.host} port {options.port}", "--port"
    if isinstance(error, NotListening):
        where, other = f"{options.host} port {error.port} for Kafka", "--kafka-port"
        if options.kafka_listeners:
            other += ", or port in [[kafka_listeners]]"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use. Perhaps a server runs already; `weirmq doctor` tells. Or choose another {other}."
    if error.errno == errno.EACCES:
        return f"{where} is not allowed: ports below 1024 need the right to them. Choose another {other}."
    return f"can't serve at {where}: {error.strerror or error}"
