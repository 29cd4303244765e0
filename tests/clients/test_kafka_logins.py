"""Kafka's clients log in: by passwords, certificates, tokens, and as AWS's signers have them do it."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.clients import programs, toolchains
from tests.clients.server import USER_KEY, USERS, Server, free_port
from tests.server.kafka.certificates import CN, Authority

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PASSWORD = "open,=sesame"
MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "OAUTHBEARER"]
LISTENERS = ("SASL_SCRAM", "SASL_IAM", "SSL", "INSIDE")


class Guarded:
    """A server with a listener of each kind, and what clients need to log in there."""

    def __init__(self, folder: Path) -> None:
        self.ports = {name: free_port() for name in LISTENERS}
        authority = Authority(folder, "clients")
        alice = authority.certify("alice", ((CN, "alice"),))
        self.certificate = folder / "alice-both.pem"
        self.certificate.write_bytes(alice.key.read_bytes() + alice.certificate.read_bytes())
        key = ECKey.generate_key("P-256", {"kid": "one"})
        (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
        self.token = folder / "token"
        now_s = int(time.time())
        claims = {"sub": "carol", "iat": now_s, "exp": now_s + 3600, "iss": "test", "aud": "kafka", "scope": "kafka"}
        self.token.write_text(jwt.encode({"alg": "ES256", "kid": "one"}, claims, key))
        self.server = Server(folder, USER_KEY, self._settings(authority))
        self.ca = folder / "data" / "kafka-tls" / "ca.pem"

    def _settings(self, authority: Authority) -> str:
        more = {
            "SSL": f'client_auth = "required"\nclient_ca_file = "{authority.ca}"',
            "INSIDE": f'protocol = "SASL_PLAINTEXT"\nmechanisms = {json.dumps(MECHANISMS)}\nsession_s = 1',
        }
        listeners = [
            f'[[kafka_listeners]]\nname = "{name}"\nport = {port}\n{more.get(name, "")}'
            for name, port in self.ports.items()
        ]
        user = f'[[kafka_users]]\nname = "alice"\npassword = "{PASSWORD}"'
        oauth = '[kafka_oauth]\njwks_file = "jwks.json"\nissuer = "test"\naudiences = ["kafka"]'
        return "\n".join([USERS, user, oauth, *listeners])

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PASSWORD": PASSWORD,
            "CA": str(self.ca),
            "CERTIFICATE": str(self.certificate),
            "TOKEN": str(self.token),
            **{f"{name}_PORT": str(port) for name, port in self.ports.items()},
        }


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    found = Guarded(tmp_path)
    for _ in programs.serving(found.server):
        yield found


PAGE = (Path(__file__).parents[2] / "docs" / "kafka-security.md").read_text(encoding="utf-8")
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


def block(name: str, guarded: Guarded) -> str:
    """A block of the page, for this server."""
    (found,) = re.findall(rf"^```{name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for listener, port in (("SASL_SCRAM", 9096), ("SASL_IAM", 9098)):
        found = found.replace(f"localhost:{port}", f"localhost:{guarded.ports[listener]}")
    return str(found).replace("data/kafka-tls/ca.pem", str(guarded.ca)).replace("choose-a-long-one", PASSWORD)


def printed(guarded: Guarded, *command: str | Path) -> str:
    return programs.output(command, programs.environment(guarded.server, USER_KEY))


def test_the_page(guarded: Guarded, tmp_path: Path) -> None:
    """What docs/kafka-security.md tells people to type, Java with the imports that it leaves out."""
    run_python = toolchains.python_environment("kafka") / "python"
    jars = toolchains.java("java-kafka-logins")
    page = tmp_path / "Page.java"
    for number, login in enumerate(("scram", "iam")):
        assert printed(guarded, run_python, "-c", block(f"python {login}", guarded)) == f"{2 * number}\n"
        page.write_text(JAVA % block(f"java {login}", guarded))
        assert printed(guarded, "java", "-cp", jars, page) == f"{2 * number + 1}\n"


def python(client: str) -> Callable[[], programs.Command]:
    program = Path(__file__).parent / "python" / "kafka_logins.py"
    return lambda: (toolchains.python_environment("kafka") / "python", program, client)


def java() -> programs.Command:
    return ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka-logins"), "clients.Logins")


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        pytest.param(python("confluent"), {"scram", "plain", "mutual", "oauth", "iam"}, id="confluent-kafka"),
        pytest.param(python("pure"), {"scram", "plain", "mutual"}, id="kafka-python"),
        pytest.param(python("asynchronous"), {"scram", "plain", "mutual"}, id="aiokafka"),
        pytest.param(
            java,
            {"scram", "refused", "bob", "admin", "token", "taken back", "plain", "mutual", "oauth", "iam", "again"},
            id="java",
        ),
    ],
)
def test_logins(guarded: Guarded, command: Callable[[], programs.Command], steps: set[str]) -> None:
    programs.takes_every_step(command(), guarded.server, frozenset(steps), **guarded.environment)
