"""PostgreSQL with logical decoding, in a process and a folder of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.clients import toolchains
from tests.clients.connect import until
from tests.clients.server import free_port

# It won't run as root. Its own user isn't there on every machine.
USER: Final = "nobody" if os.geteuid() == 0 else None
SETTINGS: Final = ("wal_level=logical", "fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=")


class Postgres:
    def __init__(self, port: int) -> None:
        self.port = port

    def does(self, *statements: str) -> None:
        """Each of them in a transaction of its own."""
        commands = [part for each in statements for part in ("-c", each)]
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres")
        command = (programs() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *server, *commands)
        subprocess.run(command, check=True, timeout=60)


def programs() -> Path:
    """The folder of its programs; Debian keeps them apart from the others."""
    [*found] = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if found:
        return max(found).parent
    toolchains.need("initdb")
    return Path(str(shutil.which("initdb"))).resolve().parent


@contextmanager
def serving() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as folder:
        if USER:
            shutil.chown(folder, USER)
        data = Path(folder) / "data"
        make = (programs() / "initdb", "--no-sync", "--locale=C", "--encoding=UTF8", "--auth=trust", "-U", "postgres")
        subprocess.run((*make, "-D", data), user=USER, cwd=folder, check=True)
        found = Postgres(free_port())
        options = [part for each in (*SETTINGS, f"port={found.port}") for part in ("-c", each)]
        command = (programs() / "postgres", "-D", data, *options)
        with subprocess.Popen(command, user=USER, cwd=folder) as process:
            try:
                ready = (programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(found.port))
                until(lambda: subprocess.run(ready, check=False).returncode == 0)
                yield found
            finally:
                process.send_signal(signal.SIGQUIT)
