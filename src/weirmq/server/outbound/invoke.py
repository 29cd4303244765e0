"""Functions elsewhere: the Invoke operation of AWS Lambda, or of what speaks its API.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

import msgspec

from weirmq.engine.errands import HTTP_TIMEOUT_MS, FunctionErrand, HttpErrand, Outcome
from weirmq.kernel.arn import parse
from weirmq.kernel.clock import Clock
from weirmq.server.outbound.function_worker import RESPONSE_LIMIT_BYTES
from weirmq.server.outbound.functions import ERROR_HEADER, summary
from weirmq.server.receivers import LambdaEndpoint
from weirmq.wire.aws.signing import Credentials, sign

HttpSend = Callable[[HttpErrand], Awaitable[Outcome]]

# Refusals that the next try may not meet: too slow, the function is being changed, too many at once.
PASSING: Final = frozenset({408, 409, 429})


class LambdaInvoke:
    """The sender of FunctionErrands to a Lambda endpoint; `send` is that of an HTTP client."""

    def __init__(self, endpoint: LambdaEndpoint, send: HttpSend, clock: Clock) -> None:
        self._url = endpoint.endpoint.rstrip("/")
        self._region = endpoint.region
        self._credentials = Credentials(endpoint.access_key, endpoint.secret, endpoint.session_token)
        self._send = send
        self._clock = clock

    async def send(self, errand: FunctionErrand) -> Outcome:
        """Invoke the function that the ARN names.

        The Outcome is the endpoint's: 200 with the returned payload, 202 for an asynchronous invocation. Where the
        function failed, or the endpoint refused, `error` says so.
        """
        try:
            region = self._region or parse(errand.function_arn).region
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        return _judged(await self._send(self._request(errand, region)))

    async def close(self) -> None:
        """Nothing is held here."""

    def _request(self, errand: FunctionErrand, region: str) -> HttpErrand:
        url = f"{self._url}/2015-03-31/functions/{quote(errand.function_arn, safe='')}/invocations"
        kind = "Event" if errand.is_async else "RequestResponse"
        headers = [("Content-Type", "application/json"), ("X-Amz-Invocation-Type", kind)]
        if errand.client_context:
            headers.append(("X-Amz-Client-Context", b64encode(errand.client_context.encode()).decode()))
        now_ms = self._clock.now_ms()
        body = errand.payload
        headers = sign(self._credentials, "POST", url, headers, body, region=region, service="lambda", now_ms=now_ms)
        return HttpErrand(
            url=url,
            headers=headers,
            body=body,
            timeout_ms=min(errand.timeout_ms, HTTP_TIMEOUT_MS) if errand.is_async else errand.timeout_ms,
            answer_bytes=RESPONSE_LIMIT_BYTES,
            is_trusted=True,
        )


def _judged(outcome: Outcome) -> Outcome:
    """An HTTP outcome, with what went wrong in Lambda's terms."""
    status = outcome.status
    if status is None or outcome.error:
        return outcome
    if status < 300:
        error = summary(outcome.body) if ERROR_HEADER in outcome.headers else ""
        return msgspec.structs.replace(outcome, error=error)
    kind = outcome.headers.get("x-amzn-errortype", "").partition(":")[0]
    error = f"{kind or f'status {status}'}: {_message(outcome.body)}"
    # Of 403, AccessDenied is about the function; all else is about our credentials, which the operator can mend.
    is_permanent = 400 <= status < 500 and status not in PASSING and (status != 403 or kind == "AccessDeniedException")
    return msgspec.structs.replace(outcome, error=error, is_permanent=is_permanent)


def _message(body: bytes) -> str:
    try:
        told: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        told = None
    if isinstance(told, dict):
        return str(told.get("Message") or told.get("message") or "")
    return body[:200].decode("utf-8", "backslashreplace")
