"""The AWS SDK for Java v2 with Kinesis: in CBOR, blocking over HTTP/1.1; asynchronous and subscribing over HTTP/2."""

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def command() -> programs.Command:
    return "java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kinesis"), "clients.Streams"


def test_the_whole_surface(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server, programs.STREAM_STEPS)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command) -> None:
    programs.is_refused(command, server)
