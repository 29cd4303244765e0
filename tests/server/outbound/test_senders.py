import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.server.outbound.endpoints import answering, endpoint
from tests.server.outbound.smsc import Center, message_center
from weirmq.engine.errands import Errand, FunctionErrand, HttpErrand, MailErrand, PushErrand, SmsErrand
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.sender import Sender
from weirmq.server.outbound.senders import senders
from weirmq.server.receivers import Function, LambdaEndpoint, Push, Sms, Smtp

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
MAIL = MailErrand(to="ann@example.org", subject="s", text="t")
SMS = SmsErrand(phone_number="+491511234567", text="t")


@asynccontextmanager
async def senders_of(**options: Any) -> AsyncIterator[dict[type[Errand], Sender]]:
    made = senders(
        Options(**options),
        guard=Guard(allows_private=True),
        clock=ManualClock(),
        entropy=SeededEntropy(1),
        logger=open_logger(Options(log_format="json"), io.StringIO()),
        on_text=lambda _number, _text: None,
    )
    try:
        yield made
    finally:
        for sender in made.values():
            await sender.close()


async def test_without_any_configuration(tmp_path: Path) -> None:
    async with senders_of(data=str(tmp_path)) as made:
        assert set(made) == {HttpErrand, FunctionErrand, MailErrand, SmsErrand, PushErrand}
        for errand in (MAIL, SMS):
            outcome = await made[type(errand)].send(errand)
            assert Path(outcome.body.decode()).parent == tmp_path / "outbox"
        unknown = await made[FunctionErrand].send(FunctionErrand(function_arn=ARN + "f", payload=b"1"))
        assert (unknown.status, unknown.is_permanent) == (404, True)
    assert len(list((tmp_path / "outbox").iterdir())) == 2


async def test_a_function_of_ones_own_and_one_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("def double(event, context):\n    return 2 * event\n")
    function = Function(name="double", handler="shop:double", path=str(tmp_path))
    answer = answering(b"HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\nContent-Length: 22\r\n\r\n"
                       b'{"errorMessage":"boo"}')  # fmt: skip
    async with endpoint(answer) as far:
        elsewhere = LambdaEndpoint(endpoint=far.url(""), access_key="AKIA", secret="hush")
        async with senders_of(functions=(function,), lambda_endpoint=elsewhere) as made:
            own = await made[FunctionErrand].send(FunctionErrand(function_arn=ARN + "double", payload=b"21"))
            assert (own.status, own.body, own.error) == (200, b"42", "")
            other = await made[FunctionErrand].send(FunctionErrand(function_arn=ARN + "other", payload=b"[1]"))
            assert (other.status, other.error) == (200, "error: boo")
        (asked,) = far.asked
        assert asked.line.startswith("POST /2015-03-31/functions/arn%3Aaws%3Alambda%3A")
        assert asked.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA/20231114/us-east-1/lambda/")
        assert asked.body == b"[1]"


async def test_the_servers_that_are_configured() -> None:
    greeted = asyncio.Event()

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 closed\r\n")
        greeted.set()
        writer.close()

    center = Center()
    mail_server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with mail_server, message_center(center) as sms_port:
        smtp = Smtp(host="localhost", port=mail_server.sockets[0].getsockname()[1], sender="a@b.example")
        sms = Sms(host="localhost", port=sms_port, system_id="weirmq", password="hush")
        async with senders_of(smtp=smtp, sms=sms) as made:
            assert (await made[SmsErrand].send(SMS)).body == b"id-1"
            refused = await made[MailErrand].send(MAIL)
            assert (refused.status, refused.is_permanent) == (554, False)
            assert greeted.is_set()


async def test_push_goes_where_it_is_told() -> None:
    certificate = "-----BEGIN CERTIFICATE-----"
    told = {"application_arn": "a", "platform": "APNS", "token": "00", "payload": b"{}"}
    bundle = {"ApplePlatformBundleID": "example.shop"}
    async with endpoint(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as far:
        async with senders_of(push=Push(apns_url=far.url(""))) as made:
            errand = PushErrand(**told, principal=certificate, attributes=bundle)
            assert (await made[PushErrand].send(errand)).status == 200
        assert far.asked[0].headers["apns-topic"] == "example.shop"


def test_a_start_does_not_import_what_it_may_not_need() -> None:
    code = "import sys, weirmq.server.outbound.senders; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    late = {"aiosmtplib", "smpplib", "h2", "email.message", "cryptography.x509", "weirmq.server.outbound.functions"}
    assert not late & set(loaded)
