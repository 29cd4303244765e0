"""What docs/kafka.md tells people to type: kcat, kafka-python, and Java with the imports that it leaves out."""

import re
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

PAGE = (Path(__file__).parents[2] / "docs" / "kafka.md").read_text(encoding="utf-8")
JAVA = """
import java.util.Map;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.StringSerializer;

class Page {
    public static void main(String[] arguments) throws Exception {
        %s
    }
}
"""


def block(language: str, server: Server) -> str:
    """The page's first block in a language."""
    found, *_ = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found).replace("127.0.0.1:9092", f"127.0.0.1:{server.kafka_port}")


def printed(server: Server, *command: str | Path) -> str:
    return programs.output(command, programs.environment(server, server.key))


def test_kcat(open_server: Server) -> None:
    toolchains.need("kcat")
    assert printed(open_server, "bash", "-c", block("text", open_server)) == "hello\n"


def test_python(open_server: Server) -> None:
    python = toolchains.python_environment("kafka") / "python"
    assert printed(open_server, python, "-c", block("python", open_server)) == "b'hello'\n"


def test_java(open_server: Server, tmp_path: Path) -> None:
    page = tmp_path / "Page.java"
    page.write_text(JAVA % block("java", open_server))
    assert printed(open_server, "java", "-cp", toolchains.java("java-kafka"), page) == "0\n"
