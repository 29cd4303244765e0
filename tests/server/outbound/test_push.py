import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.server.outbound.certificates import certificate
from tests.server.outbound.http2_service import Asked, http2_service
from weirmq.engine.errands import HttpErrand, Outcome, PushErrand
from weirmq.kernel.clock import ManualClock
from weirmq.server.outbound import push
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.push import PushSender
from weirmq.server.outbound.push_apple import CertificateTrust
from weirmq.server.outbound.trust import Trust
from weirmq.server.receivers import Push

APPLICATION = "arn:aws:sns:us-east-1:000000000000:app/APNS/shop"
DEVICE = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def p256_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(**fields: str) -> str:
    told = {
        "type": "service_account",
        "project_id": "shop-1",
        "private_key_id": "k1",
        "private_key": pem(rsa_key()),
        "client_email": "push@shop-1.iam.gserviceaccount.com",
    }
    return json.dumps(told | fields)


def read_jwt(token: str, key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token whose signature is good (RFC 7515, appendices A.2 and A.3)."""
    head, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    text = token.rpartition(".")[0].encode()
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert len(signature) == 64
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        public.verify(utils.encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
    return json.loads(head), json.loads(claims)


def apple(**fields: Any) -> PushErrand:
    told: dict[str, Any] = {
        "application_arn": APPLICATION,
        "platform": "APNS",
        "token": DEVICE,
        "payload": b'{"aps":{"alert":"hi"}}',
        "principal": "ABC1234567",
        "credential": pem(p256_key()),
        "attributes": {"ApplePlatformTeamID": "TEAM123456", "ApplePlatformBundleID": "example.shop"},
    }
    attributes = told["attributes"] | fields.pop("attributes", {})
    return PushErrand(**(told | fields | {"attributes": attributes}))


def google(**fields: Any) -> PushErrand:
    told = {
        "application_arn": APPLICATION,
        "platform": "GCM",
        "token": "device:1",
        "payload": b'{"message":{"notification":{"title":"hi"}},"validate_only":true}',
        "credential": service_account(),
    }
    return PushErrand(**(told | fields))


class Services:
    """Google's and Apple's services on one port, each answer as it is told."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, bytes]] = []
        self.grants: list[tuple[int, bytes]] = []
        self.clock = ManualClock()
        self.granted = 0

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        if asked.path == "/token":
            return self._grant(asked)
        self.asked.append(asked)
        return self.answers.pop(0) if self.answers else (200, b"{}")

    def _grant(self, asked: Asked) -> tuple[int, bytes]:
        form = parse_qs(asked.body.decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        header, claims = read_jwt(form["assertion"][0], rsa_key())
        assert header == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
        now_s = self.clock.now_ms() // 1000
        assert claims == {
            "iss": "push@shop-1.iam.gserviceaccount.com",
            "scope": "https://www.googleapis.com/auth/firebase.messaging",
            "aud": "https://oauth2.googleapis.com/token",
            "iat": now_s,
            "exp": now_s + 3600,
        }
        self.granted += 1
        granted = {"access_token": f"ya29.{self.granted}", "expires_in": 3599, "token_type": "Bearer"}
        return self.grants.pop(0) if self.grants else (200, json.dumps(granted).encode())


class Client:
    """The client, which asks by HTTP/2 for the access token too: the services of these tests speak nothing else."""

    def __init__(self, client: HttpSender) -> None:
        self._client = client

    async def send(self, errand: HttpErrand) -> Outcome:
        if errand.url.endswith("/token"):
            assert not errand.h2
            told = {name: getattr(errand, name) for name in errand.__struct_fields__} | {"h2": True}
            return await self._client.send(HttpErrand(**told))
        assert errand.h2
        return await self._client.send(errand)

    async def close(self) -> None:
        await self._client.close()


@asynccontextmanager
async def services(folder: Path, client_certificate: Path | None = None) -> AsyncIterator[tuple[Services, PushSender]]:
    """The services, and a sender that knows where they are."""
    made = certificate(folder, "localhost")
    if client_certificate is not None:
        made.context.verify_mode = ssl.CERT_REQUIRED
        made.context.load_verify_locations(client_certificate)
    it = Services()
    guard = Guard(allows_private=False)
    ca_file = str(made.path)

    def certified(shown: str, key: str) -> HttpSender:
        return HttpSender(guard, CertificateTrust(ca_file, shown, key))

    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(http2_service(it.answer, made.context))
        client = HttpSender(guard, Trust(ca_file))
        stack.push_async_callback(client.close)
        told = Push(fcm_url=url + "/", fcm_token_url=f"{url}/token", apns_url=url, apns_sandbox_url=f"{url}/sandbox")
        sender = PushSender(told, Client(client), certified, it.clock)
        stack.push_async_callback(sender.close)
        yield it, sender


async def test_apple_by_a_signing_key(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        outcome = await sender.send(apple())
        assert (outcome.status, outcome.error) == (200, "")
        (asked,) = it.asked
        assert (asked.method, asked.path, asked.body) == ("POST", f"/3/device/{DEVICE}", b'{"aps":{"alert":"hi"}}')
        kind, _, token = asked.headers["authorization"].partition(" ")
        assert kind == "bearer"
        assert read_jwt(token, p256_key()) == (
            {"alg": "ES256", "kid": "ABC1234567"},
            {"iss": "TEAM123456", "iat": it.clock.now_ms() // 1000},
        )
        told = {name: value for name, value in asked.headers.items() if name.startswith("apns-")}
        assert told == {"apns-topic": "example.shop", "apns-push-type": "alert", "apns-priority": "10"}


async def test_apples_token_is_kept_for_fifty_minutes(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        for minutes in (0, 20, 28, 2):
            it.clock.advance(minutes=minutes)
            await sender.send(apple())
        tokens = [asked.headers["authorization"] for asked in it.asked]
        assert tokens[0] == tokens[1] == tokens[2] != tokens[3]
        await sender.send(apple(principal="XYZ1234567"))  # the application has got a new key
        assert it.asked[-1].headers["authorization"] != tokens[3]


@pytest.mark.parametrize(
    ("reason", "is_forgotten"), [(b"ExpiredProviderToken", True), (b"InvalidProviderToken", True), (b"Other", False)]
)
async def test_a_token_that_apple_refuses(tmp_path: Path, reason: bytes, *, is_forgotten: bool) -> None:
    async with services(tmp_path) as (it, sender):
        it.answers = [(403, b'{"reason":"%b"}' % reason)]
        refused = await sender.send(apple())
        assert (refused.status, refused.body) == (403, b'{"reason":"%b"}' % reason)
        await sender.send(apple())
        tokens = [asked.headers["authorization"] for asked in it.asked]
        assert (tokens[0] != tokens[1]) == is_forgotten


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"payload": b'{"aps":{"content-available":1}}'}, {"apns-push-type": "background", "apns-priority": "5"}),
        ({"payload": b'{"aps":{"content-available":1,"badge":1}}'}, {"apns-push-type": "alert"}),
        ({"payload": b'{"other":1}'}, {"apns-push-type": "alert"}),
        ({"payload": b"[]"}, {"apns-push-type": "alert"}),
        ({"platform": "APNS_VOIP"}, {"apns-push-type": "voip", "apns-topic": "example.shop.voip"}),
        ({"platform": "APNS_MDM", "payload": b'{"mdm":"x"}'}, {"apns-push-type": "mdm", "apns-topic": "example.shop"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.PUSH_TYPE": "liveactivity"}}, {"apns-push-type": "liveactivity"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.PRIORITY": "1"}}, {"apns-priority": "1"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.TOPIC": "a.b"}}, {"apns-topic": "a.b"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.COLLAPSE_ID": "c"}}, {"apns-collapse-id": "c"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.TTL": "60"}}, {"apns-expiration": "1700000060"}),
        ({"attributes": {"AWS.SNS.MOBILE.APNS.TTL": "0"}}, {"apns-expiration": "0"}),
        (
            {"platform": "APNS_SANDBOX", "attributes": {"AWS.SNS.MOBILE.APNS.TTL": "1"}},
            {"apns-expiration": "1700000001"},
        ),
        (
            {
                "platform": "APNS_SANDBOX",
                "attributes": {"AWS.SNS.MOBILE.APNS.TTL": "1", "AWS.SNS.MOBILE.APNS_SANDBOX.TTL": "2"},
            },
            {"apns-expiration": "1700000002"},
        ),
    ],
)
async def test_what_apple_is_told(tmp_path: Path, fields: dict[str, Any], told: dict[str, str]) -> None:
    async with services(tmp_path) as (it, sender):
        assert (await sender.send(apple(**fields))).status == 200
        (asked,) = it.asked
        assert {name: asked.headers[name] for name in told} == told
        assert asked.path.startswith("/sandbox/") == fields.get("platform", "").endswith("SANDBOX")


@pytest.mark.parametrize("bundle", ["", "example.other"])
async def test_apple_by_a_certificate(tmp_path: Path, bundle: str) -> None:
    shown = certificate(tmp_path, "example.shop")
    async with services(tmp_path, shown.path) as (it, sender):
        attributes = {"ApplePlatformBundleID": bundle}
        errand = apple(principal=shown.certificate, credential=shown.key, attributes=attributes)
        for _ in range(2):
            outcome = await sender.send(errand)
            assert (outcome.status, outcome.error) == (200, "")
        asked = it.asked[0]
        assert asked.subject == "example.shop"
        assert asked.headers["apns-topic"] == (bundle or "example.shop")
        assert "authorization" not in asked.headers


async def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    shown = certificate(tmp_path, "example.shop")
    async with services(tmp_path, shown.path) as (it, sender):
        outcome = await sender.send(apple(principal=shown.certificate, credential=pem(p256_key())))
        assert outcome.status is None
        assert outcome.error
        garbled = await sender.send(
            apple(principal="-----BEGIN CERTIFICATE-----\nx", attributes={"ApplePlatformBundleID": ""})
        )
        assert garbled.is_permanent
        assert not it.asked


async def test_clients_with_certificates_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "MOST_CLIENTS", 2)
    closed: list[str] = []

    class Certified:
        def __init__(self, shown: str, _key: str) -> None:
            self.shown = shown

        async def send(self, _errand: HttpErrand) -> Outcome:
            return Outcome(status=200)

        async def close(self) -> None:
            closed.append(self.shown.rpartition(" ")[2])

    sender = PushSender(Push(), Certified("", ""), Certified, ManualClock())
    for application, number in [("a", 1), ("b", 1), ("a", 1), ("c", 1), ("a", 2), ("b", 2)]:
        principal = f"-----BEGIN CERTIFICATE----- {application}{number}"
        await sender.send(apple(application_arn=application, principal=principal))
    assert closed == ["b1", "a1", "c1"]
    await sender.close()
    assert closed[3:] == ["a2", "b2"]


async def test_google(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        it.answers = [(200, b'{"name":"projects/shop-1/messages/1"}')]
        outcome = await sender.send(google())
        assert (outcome.status, outcome.body) == (200, b'{"name":"projects/shop-1/messages/1"}')
        (asked,) = it.asked
        assert (asked.method, asked.path) == ("POST", "/v1/projects/shop-1/messages:send")
        assert asked.headers["authorization"] == "Bearer ya29.1"
        message = {"notification": {"title": "hi"}, "token": "device:1"}
        assert json.loads(asked.body) == {"message": message, "validate_only": True}


async def test_googles_token_is_kept_and_asked_for_once(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        await asyncio.gather(*[sender.send(google()) for _ in range(100)])
        it.clock.advance(minutes=58)
        await sender.send(google())
        assert it.granted == 1
        it.clock.advance(minutes=1)
        await sender.send(google())
        assert it.granted == 2
        await sender.send(google(credential=service_account(project_id="shop-2")))
        assert it.granted == 3
        assert it.asked[-1].path == "/v1/projects/shop-2/messages:send"


async def test_a_token_that_google_refuses(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        it.answers = [(401, b'{"error":{"status":"UNAUTHENTICATED"}}')]
        assert (await sender.send(google())).status == 401
        await sender.send(google())
        assert [asked.headers["authorization"] for asked in it.asked] == ["Bearer ya29.1", "Bearer ya29.2"]


@pytest.mark.parametrize(
    ("grant", "error", "is_permanent"),
    [
        ((400, b'{"error":"invalid_grant"}'), 'no access token: status 400: {"error":"invalid_grant"}', True),
        ((503, b"\xff"), "no access token: status 503: \\xff", False),
        ((200, b"{}"), "the token endpoint's answer holds no token", False),
        ((200, b'{"access_token":"\xff"}'), "the token endpoint's answer holds no token", False),
    ],
)
async def test_no_token_for_google(tmp_path: Path, grant: tuple[int, bytes], error: str, *, is_permanent: bool) -> None:
    async with services(tmp_path) as (it, sender):
        it.grants = [grant]
        outcome = await sender.send(google())
        assert (outcome.status, outcome.error, outcome.is_permanent) == (None, error, is_permanent)
        assert not it.asked
        assert (await sender.send(google())).status == 200  # it is asked for again


async def test_a_token_endpoint_that_the_operator_does_not_name_is_guarded(tmp_path: Path) -> None:
    sent: list[HttpErrand] = []

    class Refusing:
        async def send(self, errand: HttpErrand) -> Outcome:
            sent.append(errand)
            return Outcome(error="refused")

        async def close(self) -> None: ...

    for told, url, is_trusted in [
        ({}, "https://oauth2.googleapis.com/token", False),
        ({"token_uri": "http://169.254.169.254/"}, "http://169.254.169.254/", False),
    ]:
        client = Refusing()
        sender = PushSender(Push(), client, lambda _certificate, _key, client=client: client, ManualClock())
        await sender.send(google(credential=service_account(**told)))
        assert (sent[-1].url, sent[-1].is_trusted) == (url, is_trusted)


@pytest.mark.parametrize(
    ("errand", "error"),
    [
        (google(credential="AIzaOldKey"), "FCM no longer takes API keys"),
        (google(credential="{}"), "no service account's key"),
        (google(credential="{"), "no service account's key"),
        (google(credential=service_account(private_key="x")), "no private key"),
        (google(payload=b"{"), "is no JSON"),
        (google(payload=b"[]"), 'no object with a "message"'),
        (google(payload=b'{"message":1}'), 'no object with a "message"'),
        (apple(credential="x"), "no private key"),
        (apple(credential=pem(ec.generate_private_key(ec.SECP384R1()))), "neither an RSA nor a P-256 key"),
        (apple(payload=b"{"), "is no JSON"),
        (apple(payload=b"[" * 100_000), "is no JSON"),
        (apple(attributes={"AWS.SNS.MOBILE.APNS.TTL": "1\r\n"}), "no time to live"),
        (apple(attributes={"AWS.SNS.MOBILE.APNS.TTL": "-1"}), "no time to live"),
        (apple(platform="ADM"), "notifications can't be sent by ADM"),
    ],
)
async def test_what_can_not_be_sent(tmp_path: Path, errand: PushErrand, error: str) -> None:
    async with services(tmp_path) as (it, sender):
        outcome = await sender.send(errand)
        assert error in outcome.error
        assert (outcome.status, outcome.is_permanent) == (None, True)
        assert not it.asked


async def test_a_token_with_a_line_break_gets_nowhere_else(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        await sender.send(apple(token="a/../b?c#d\r\n"))
        assert it.asked[0].path == "/3/device/a%2F..%2Fb%3Fc%23d%0D%0A"


async def test_a_key_without_its_first_and_last_line(tmp_path: Path) -> None:
    der = p256_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, serialization.NoEncryption())
    async with services(tmp_path) as (it, sender):
        assert (await sender.send(apple(credential=base64.b64encode(der).decode()))).status == 200
        read_jwt(it.asked[0].headers["authorization"].partition(" ")[2], p256_key())


async def test_one_that_is_cancelled_leaves_the_token_to_the_others(tmp_path: Path) -> None:
    async with services(tmp_path) as (it, sender):
        first, second = (asyncio.create_task(sender.send(google())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).status == 200
        assert it.granted == 1
