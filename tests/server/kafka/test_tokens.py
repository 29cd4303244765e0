"""JSON Web Tokens: whose are good, for whom, for how long, and what is done where the issuer's keys can't be had."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from weirmq.server.kafka.tables import KafkaOauth
from weirmq.server.kafka.tokens import AGAIN_MS, STALE_MS, Tokens
from weirmq.services.kafka.verifiers import Outcome, Proof, Refusal

NOW_MS = 1_700_000_000_000
NOW_S = NOW_MS // 1000
CLAIMS = {"sub": "ann", "exp": NOW_S + 60, "iss": "https://login.example.com/", "aud": "kafka"}
EC = ECKey.generate_key("P-256", {"kid": "one"})
RSA = RSAKey.generate_key(2048, {"kid": "two"})
ED = OKPKey.generate_key("Ed25519", {"kid": "three"})
OTHER = ECKey.generate_key("P-256", {"kid": "other"})


def public(*keys: Any) -> bytes:
    return json.dumps(KeySet([*keys]).as_dict(private=False)).encode()


def signed(claims: Mapping[str, Any] = CLAIMS, key: Any = EC, algorithm: str = "ES256", **header: Any) -> str:
    kid = {"kid": key.kid} if key.kid else {}
    return jwt.encode({"alg": algorithm, **kid, **header}, dict(claims), key, algorithms=[algorithm])


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def outcome(tokens: Tokens, token: str, now_ms: int = NOW_MS) -> Outcome:
    told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    tokens.check(token, now_ms, told.set_result)
    return await told


def of_file(folder: Path, keys: bytes, **more: Any) -> Tokens:
    file = folder / "jwks.json"
    file.write_bytes(keys)
    return Tokens(KafkaOauth(jwks_file=str(file), **more), "")


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS512"), (ED, "Ed25519")])
async def test_good_tokens(key: Any, algorithm: str, tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC, RSA, ED), issuer="https://login.example.com/", audiences=("x", "kafka"))
    assert await outcome(tokens, signed(key=key, algorithm=algorithm)) == Proof("ann", b"", (NOW_S + 60) * 1000)


async def test_another_claim_says_whom_it_is_for(tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC), principal_claim="client_id")
    found = await outcome(tokens, signed({**CLAIMS, "client_id": "shop"}))
    assert isinstance(found, Proof)
    assert found.name == "shop"
    assert await outcome(tokens, signed()) == Refusal("", "the token has no claim client_id")


@pytest.mark.parametrize(
    "change",
    [
        {"exp": NOW_S - 31}, {"exp": None}, {"exp": "tomorrow"}, {"exp": True}, {"exp": 1e400}, {"nbf": NOW_S + 31},
        {"iss": "https://other/"}, {"iss": None}, {"aud": "other"}, {"aud": ["other"]}, {"aud": None}, {"sub": ""},
        {"sub": 7}, {"sub": None},
    ],
)  # fmt: skip
async def test_claims_that_do_not_fit(change: dict[str, Any], tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC), issuer="https://login.example.com/", audiences=("kafka",))
    claims = {name: value for name, value in {**CLAIMS, **change}.items() if value is not None}
    found = await outcome(tokens, signed(claims))
    assert isinstance(found, Refusal)
    assert not found.message
    assert found.reason


async def test_the_clocks_may_differ(tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC))
    for claims in ({"exp": NOW_S - 29}, {"nbf": NOW_S + 29}, {"aud": ["a", "b"]}):
        assert isinstance(await outcome(tokens, signed({**CLAIMS, **claims})), Proof)


async def test_signatures_that_are_none(tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC, RSA))
    good = signed()
    head, body, signature = good.split(".")
    forged = ECKey.generate_key("P-256", {"kid": "one"})
    text = f"{part({'alg': 'HS256', 'kid': 'two'})}.{body}"
    mac = hmac.digest(RSA.as_pem(private=False), text.encode(), "sha256")
    by_the_public_key = f"{text}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for token in (
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{part({**CLAIMS, 'sub': 'root'})}.{signature}",
        f"{part({'alg': 'none'})}.{body}.",
        f"{part({'alg': 'none', 'kid': 'one'})}.{body}.",
        signed(key=forged),
        signed(key=OTHER),
        by_the_public_key,
        f"{head}.{body}",
        "x.y.z",
        "..",
        "",
        "a" * 100_000,
    ):
        found = await outcome(tokens, token)
        assert isinstance(found, Refusal), token
        assert not found.message


async def test_unsecured_tokens() -> None:
    tokens = Tokens(KafkaOauth(allows_unsecured=True), "")
    head, body = part({"alg": "none"}), part(CLAIMS)
    assert await outcome(tokens, f"{head}.{body}.") == Proof("ann", b"", (NOW_S + 60) * 1000)
    expired = part({**CLAIMS, "exp": NOW_S - 100})
    for token in (
        f"{head}.{body}",
        f"{head}.{body}.x",
        f"{head}.{expired}.",
        f"{part({'alg': 'ES256'})}.{body}.",
        "..",
    ):
        assert isinstance(await outcome(tokens, token), Refusal)


# Where the keys come from


class Issuer:
    """An HTTP server that gives out `keys`, and counts how often."""

    def __init__(self) -> None:
        self.keys = public(EC)
        self.status = 200
        self.asked = 0
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        self.is_asked.set()
        await self.may_answer.wait()
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (self.status, len(self.keys), self.keys))
        writer.close()


@asynccontextmanager
async def issuing() -> AsyncIterator[tuple[Issuer, Tokens]]:
    issuer = Issuer()
    server = await asyncio.start_server(issuer.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield issuer, Tokens(KafkaOauth(jwks_url=f"http://127.0.0.1:{port}/keys"), "")


async def test_keys_are_fetched_once_for_all_that_wait() -> None:
    async with issuing() as (issuer, tokens):
        issuer.may_answer.clear()
        asked = [asyncio.ensure_future(outcome(tokens, signed())) for _ in range(5)]
        await issuer.is_asked.wait()
        issuer.may_answer.set()
        assert all(isinstance(found, Proof) for found in await asyncio.gather(*asked))
        assert isinstance(await outcome(tokens, signed()), Proof)
        assert issuer.asked == 1


async def test_keys_that_are_new() -> None:
    """They are looked for once a minute at most, however many strange tokens come."""
    async with issuing() as (issuer, tokens):
        assert isinstance(await outcome(tokens, signed()), Proof)
        issuer.keys = public(EC, OTHER)
        assert isinstance(await outcome(tokens, signed(key=OTHER), NOW_MS + 1), Refusal)
        assert issuer.asked == 1
        later_ms = NOW_MS + AGAIN_MS
        assert isinstance(await outcome(tokens, signed({**CLAIMS, "exp": NOW_S + 600}, key=OTHER), later_ms), Proof)
        assert issuer.asked == 2


async def test_keys_that_were_given_up() -> None:
    async with issuing() as (issuer, tokens):
        token = signed({**CLAIMS, "exp": NOW_S + 9_000})
        assert isinstance(await outcome(tokens, token), Proof)
        issuer.keys = public(OTHER)
        assert isinstance(await outcome(tokens, token, NOW_MS + STALE_MS - 1), Proof)
        assert isinstance(await outcome(tokens, token, NOW_MS + STALE_MS), Refusal)


@pytest.mark.parametrize(
    ("keys", "status", "why"),
    [
        (b"{}", 200, "could not be read"),
        (b"none", 200, "could not be read"),
        (b'{"keys":[{"kty":"EC"}]}', 200, "could not be read"),
        (b"[]", 200, "could not be read"),
        (b"", 500, "answered with status 500"),
        (b"x" * 2_000_000, 200, "could not be read"),
    ],
)
async def test_keys_that_cannot_be_had(keys: bytes, status: int, why: str) -> None:
    async with issuing() as (issuer, tokens):
        issuer.keys, issuer.status = keys, status
        found = await outcome(tokens, signed())
        assert isinstance(found, Refusal)
        assert why in found.reason
        issuer.keys, issuer.status = public(EC), 200
        assert isinstance(await outcome(tokens, signed(), NOW_MS + 1), Refusal)
        assert isinstance(await outcome(tokens, signed({**CLAIMS, "exp": NOW_S + 90}), NOW_MS + AGAIN_MS), Proof)


async def test_a_file_that_is_gone(tmp_path: Path) -> None:
    tokens = of_file(tmp_path, public(EC))
    (tmp_path / "jwks.json").unlink()
    found = await outcome(tokens, signed())
    assert isinstance(found, Refusal)
    assert "No such file" in found.reason
