"""What leaves by mail, by text message and as a push notification, as the servers of the other side see it.

aiosmtpd asks for TLS and a login, the message center speaks SMPP 3.4, and Google's and Apple's services speak HTTP/2.
"""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.clients import world
from tests.clients.python.sink import Sink
from tests.clients.server import REGION, Server
from tests.server.outbound.certificates import Made, certificate
from tests.server.outbound.http2_service import Asked, http2_service
from tests.server.outbound.smsc import Center, message_center

pytestmark = [pytest.mark.clients, pytest.mark.timeout(120)]

_PATIENCE_S = 20
_LOOK_S = 0.02
DEVICE = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


@asynccontextmanager
async def serving(folder: Path, settings: str) -> AsyncIterator[Server]:
    """A server with these settings, from its start to its orderly stop."""
    server = Server(folder, settings=settings)
    try:
        await asyncio.to_thread(server.start)
        yield server
        await asyncio.to_thread(server.stop)
    finally:
        server.kill()


async def eventually(look: Callable[[], Any]) -> Any:
    """What `look` finds, once it finds something."""
    async with asyncio.timeout(_PATIENCE_S):
        while not (found := look()):  # noqa: ASYNC110 - what is looked at is in another process
            await asyncio.sleep(_LOOK_S)
        return found


def pem(key: Any) -> str:
    form = serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


class Mailbox:
    """Keeps mails; the names are aiosmtpd's."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"weirmq", b"hush"), handled=False)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = BytesParser(policy=policy.default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        assert [mail["To"]] == envelope.rcpt_tos
        self.mails.append(mail)
        return "250 OK"


@asynccontextmanager
async def mail_server(mailbox: Mailbox, tls: ssl.SSLContext) -> AsyncIterator[int]:
    def protocol() -> SMTP:
        return SMTP(
            mailbox, hostname="mx.example.org", tls_context=tls, require_starttls=True, auth_required=True,
            authenticator=mailbox.authenticate, enable_SMTPUTF8=True,
        )  # fmt: skip

    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


def link_in(mail: EmailMessage, action: str) -> str:
    (found,) = [word for word in mail.get_content().split() if f"Action={action}" in word]
    return str(found)


async def follow(link: str) -> str:
    def get() -> str:
        with urlopen(link) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(get)


async def test_mail_by_tls_and_login(tmp_path: Path) -> None:
    made = certificate(tmp_path, "localhost")
    mailbox = Mailbox()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(mail_server(mailbox, made.context))
        settings = (
            f'[smtp]\nhost = "localhost"\nport = {port}\nsender = "news@river.example"\n'
            f'username = "weirmq"\npassword = "hush"\nca_file = "{made.path}"\n'
        )
        server = await stack.enter_async_context(serving(tmp_path, settings))
        sns = stack.enter_context(world.client(server, "sns"))
        topic = sns.create_topic(Name="river", Attributes={"DisplayName": "River news"})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")
        asked = (await eventually(lambda: mailbox.mails))[0]
        assert "news@river.example" in asked["From"]
        assert topic in await follow(link_in(asked, "ConfirmSubscription"))
        sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="bot@example.org")
        asked = (await eventually(lambda: mailbox.mails[1:]))[0]
        token = json.loads(asked.get_content())["Token"]
        sns.confirm_subscription(TopicArn=topic, Token=token)
        sns.publish(TopicArn=topic, Subject="Flood", Message="Das Wasser steigt. 漢字")
        await eventually(lambda: len(mailbox.mails) == 4)
        by_reader = {mail["To"]: mail for mail in mailbox.mails[2:]}
        for_ann, for_bot = by_reader["ann@example.org"], by_reader["bot@example.org"]
        assert for_ann["Subject"] == "Flood"
        assert for_ann["From"].startswith("River news <")
        assert for_ann.get_content().startswith("Das Wasser steigt. 漢字")
        assert json.loads(for_bot.get_content())["Message"] == "Das Wasser steigt. 漢字"
        await follow(link_in(for_ann, "Unsubscribe"))
        left = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert [each["Endpoint"] for each in left] == ["bot@example.org"]


async def test_text_messages_over_smpp(tmp_path: Path) -> None:
    center = Center()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(message_center(center))
        settings = (
            f'[sms]\nhost = "127.0.0.1"\nport = {port}\nsystem_id = "weirmq"\npassword = "hush"\nsource = "SHOP"\n'
        )
        server = await stack.enter_async_context(serving(tmp_path, settings))
        sns = stack.enter_context(world.client(server, "sns"))
        topic = sns.create_topic(Name="river")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+49 151 1234567")
        sns.publish(TopicArn=topic, Message="The water rises.")
        (first,) = await eventually(lambda: center.submitted)
        assert (first.destination, first.source, first.message) == ("491511234567", "SHOP", b"The water rises.")
        attributes = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "River"}}
        sns.publish(PhoneNumber="+491511234567", Message="水" * 100, MessageAttributes=attributes)
        await eventually(lambda: len(center.submitted) == 3)
        assert {message.source for message in center.submitted[1:]} == {"River"}
        parts = [message.message[6:].decode("utf-16-be") for message in center.submitted[1:]]
        assert "".join(parts) == "水" * 100


class Services:
    """Google's and Apple's services on one port."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.gone: set[str] = set()  # devices that have no longer the app

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(asked)
        if asked.path.rpartition("/")[2] in self.gone:
            return 410, b'{"reason": "Unregistered", "timestamp": 1}'
        return 200, b"{}"


def google_credential() -> str:
    key = rsa.generate_private_key(65537, 2048)
    account = {"type": "service_account", "project_id": "shop-1", "private_key_id": "k1", "private_key": pem(key)}
    return json.dumps(account | {"client_email": "push@shop-1.iam.gserviceaccount.com"})


@pytest.fixture
def tokens() -> Iterator[Sink]:
    """Where Google gives out access tokens."""
    sink = Sink()
    sink.answer = b'{"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"}'
    try:
        yield sink
    finally:
        sink.close()


@asynccontextmanager
async def push_world(folder: Path, made: Made, services: Services, token_url: str = "") -> AsyncIterator[Any]:
    """A boto3 client of a server that knows these services by address."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(http2_service(services.answer, made.context))
        settings = (
            f'outbound_ca_file = "{made.path}"\n[push]\nfcm_url = "{url}"\nfcm_token_url = "{token_url}"\n'
            f'apns_url = "{url}"\napns_sandbox_url = "{url}"\n'
        )
        server = await stack.enter_async_context(serving(folder, settings))
        yield stack.enter_context(world.client(server, "sns"))


def application(sns: Any, platform: str, **attributes: str) -> str:
    made = sns.create_platform_application(Name="shop", Platform=platform, Attributes=attributes)
    return str(made["PlatformApplicationArn"])


def device(sns: Any, application_arn: str, token: str) -> str:
    return str(sns.create_platform_endpoint(PlatformApplicationArn=application_arn, Token=token)["EndpointArn"])


async def test_push_by_google(tmp_path: Path, tokens: Sink) -> None:
    services = Services()
    async with push_world(tmp_path, certificate(tmp_path, "localhost"), services, f"{tokens.url}/token") as sns:
        phone = device(sns, application(sns, "GCM", PlatformCredential=google_credential()), "device:1")
        topic = sns.create_topic(Name="river")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="application", Endpoint=phone)
        sent = {"fcmV1Message": {"message": {"notification": {"title": "Flood"}}}}
        message = json.dumps({"default": "Flood", "GCM": json.dumps(sent)})
        sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
        (asked,) = await eventually(lambda: services.asked)
        assert (asked.method, asked.path) == ("POST", "/v1/projects/shop-1/messages:send")
        assert asked.headers["authorization"] == "Bearer a-token"
        body = json.loads(asked.body)["message"]
        assert (body["token"], body["notification"]) == ("device:1", {"title": "Flood"})


async def test_push_by_apple(tmp_path: Path) -> None:
    services = Services()
    async with push_world(tmp_path, certificate(tmp_path, "localhost"), services) as sns:
        team = {"ApplePlatformTeamID": "TEAM123456", "ApplePlatformBundleID": "example.shop"}
        key = pem(ec.generate_private_key(ec.SECP256R1()))
        shop = application(sns, "APNS", PlatformPrincipal="ABC1234567", PlatformCredential=key, **team)
        phone = device(sns, shop, DEVICE)
        sns.publish(TargetArn=phone, Message="Flood")
        (asked,) = await eventually(lambda: services.asked)
        assert (asked.method, asked.path) == ("POST", f"/3/device/{DEVICE}")
        assert (asked.headers["apns-topic"], json.loads(asked.body)) == ("example.shop", {"aps": {"alert": "Flood"}})
        scheme, token = asked.headers["authorization"].split(" ")
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        assert (scheme.lower(), head["alg"], head["kid"]) == ("bearer", "ES256", "ABC1234567")
        services.gone.add(DEVICE)
        sns.publish(TargetArn=phone, Message="anybody there?")

        def enabled() -> str:
            return str(sns.get_endpoint_attributes(EndpointArn=phone)["Attributes"]["Enabled"])

        await eventually(lambda: enabled() == "false")
        with pytest.raises(sns.exceptions.EndpointDisabledException):
            sns.publish(TargetArn=phone, Message="hello?")


async def test_the_guard_against_private_addresses(tmp_path: Path) -> None:
    sink = Sink()
    try:
        async with serving(tmp_path, 'allow_private_endpoints = "no"') as server:
            with world.client(server, "sns") as sns:
                topic = sns.create_topic(Name="river")["TopicArn"]
                once = json.dumps({"healthyRetryPolicy": {"numRetries": 0}})
                for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"):
                    endpoint = f"http://{host}:{sink.server_port}"
                    attributes = {"DeliveryPolicy": once}
                    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint, Attributes=attributes)
                await eventually(lambda: server.output.count("private endpoints are not allowed") == 4)
        assert sink.deliveries.empty()
    finally:
        sink.close()


def test_what_is_not_configured_goes_to_a_folder(server: Server) -> None:
    with world.client(server, "sns") as sns:
        topic = sns.create_topic(Name="river")["TopicArn"]
        assert topic.split(":")[3] == REGION
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")
        sns.publish(PhoneNumber="+491511234567", Message="Flood")
    server.stop()
    assert sorted(path.suffix for path in server.outbox.iterdir()) == [".eml", ".json"]
    assert "outbox folder" in server.output
    server.start()
