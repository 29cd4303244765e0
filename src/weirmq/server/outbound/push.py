"""Notifications for devices: PushErrands to Apple's and Google's services.

    application -> access token, kept until it ends -> request -> the service's answer, as it is

The payload is made by who posts the errand; push_apple.py and push_google.py make the request around it.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from weirmq.engine.errands import HttpErrand, Outcome, PushErrand
from weirmq.kernel.clock import Clock
from weirmq.server.outbound import push_apple, push_google
from weirmq.server.outbound.push_tokens import Token, Tokens
from weirmq.server.receivers import Push

MOST_CLIENTS: Final = 100  # that show a certificate: each has its own connections


class Client(Protocol):
    """An HTTP client."""

    async def send(self, errand: HttpErrand) -> Outcome: ...

    async def close(self) -> None: ...


class PushSender:
    """The sender of PushErrands, over `client`.

    `certified` makes a client that shows a certificate, of its PEM text and that of its private key.
    """

    def __init__(self, push: Push, client: Client, certified: Callable[[str, str], Client], clock: Clock) -> None:
        self._push = push
        self._client = client
        self._certified = certified
        self._clock = clock
        self._tokens = Tokens()
        self._clients: dict[str, tuple[str, str, Client]] = {}

    async def send(self, errand: PushErrand) -> Outcome:
        """Send the notification. The Outcome is the service's answer; its status None where it was not asked."""
        platform = errand.platform
        try:
            if platform in push_google.PLATFORMS:
                return await self._send_to_google(errand)
            if platform.removesuffix(push_apple.SANDBOX) in push_apple.PLATFORMS:
                return await self._send_to_apple(errand)
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        return Outcome(error=f"notifications can't be sent by {platform}, only by APNS and GCM", is_permanent=True)

    async def close(self) -> None:
        """Drop the connections of applications with a certificate."""
        for _, _, client in self._clients.values():
            await client.close()
        self._clients.clear()

    async def _send_to_google(self, errand: PushErrand) -> Outcome:
        account = push_google.account(errand)
        now_ms = self._clock.now_ms()
        make = partial(self._ask_google, account, now_ms)
        token = await self._tokens.get(errand.application_arn, errand.credential, now_ms, make)
        if isinstance(token, Outcome):
            return token
        base_url = self._push.fcm_url.rstrip("/")
        outcome = await self._client.send(push_google.request(errand, base_url, token, account.project_id))
        if outcome.status == 401:
            self._tokens.forget(errand.application_arn)
        return outcome

    async def _ask_google(self, account: push_google.Account, now_ms: int) -> Token | Outcome:
        answer = await self._client.send(push_google.token_request(account, self._push.fcm_token_url, now_ms))
        granted = push_google.granted(answer)
        if isinstance(granted, Outcome):
            return granted
        return Token(granted.access_token, now_ms + granted.expires_in * 1000)

    async def _send_to_apple(self, errand: PushErrand) -> Outcome:
        is_sandbox = errand.platform.endswith(push_apple.SANDBOX)
        base_url = (self._push.apns_sandbox_url if is_sandbox else self._push.apns_url).rstrip("/")
        now_ms = self._clock.now_ms()
        if push_apple.is_certified(errand):
            request = push_apple.request(errand, base_url, "", now_ms)
            return await (await self._client_of(errand)).send(request)
        secret = f"{errand.principal}\n{errand.credential}"
        token = await self._tokens.get(errand.application_arn, secret, now_ms, partial(_sign_for_apple, errand, now_ms))
        if isinstance(token, Outcome):
            return token
        outcome = await self._client.send(push_apple.request(errand, base_url, token, now_ms))
        if push_apple.is_about_token(outcome):
            self._tokens.forget(errand.application_arn)
        return outcome

    async def _client_of(self, errand: PushErrand) -> Client:
        """The client that shows the application's certificate."""
        kept = self._clients.pop(errand.application_arn, None)
        if kept is not None and kept[:2] != (errand.principal, errand.credential):
            await kept[2].close()
            kept = None
        if kept is None:
            kept = (errand.principal, errand.credential, self._certified(errand.principal, errand.credential))
        self._clients[errand.application_arn] = kept
        if len(self._clients) > MOST_CLIENTS:
            longest = next(iter(self._clients))
            await self._clients.pop(longest)[2].close()
        return kept[2]


async def _sign_for_apple(errand: PushErrand, now_ms: int) -> Token | Outcome:
    return Token(push_apple.provider_token(errand, now_ms), now_ms + push_apple.TOKEN_S * 1000)
