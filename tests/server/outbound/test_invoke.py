import json
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.wire.aws.signing import request_of
from weirmq.engine.errands import FunctionErrand, HttpErrand, Outcome
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.server.outbound.functions import Functions
from weirmq.server.outbound.invoke import LambdaInvoke
from weirmq.server.receivers import LambdaEndpoint
from weirmq.wire.aws.sigv4 import Verifier
from weirmq.wire.http import Request

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:resize:live"
CLOCK = ManualClock()


class Far:
    """The far end: keeps what was sent, and answers as it is told."""

    def __init__(self, answer: Outcome) -> None:
        self.sent: list[HttpErrand] = []
        self._answer = answer

    async def send(self, errand: HttpErrand) -> Outcome:
        self.sent.append(errand)
        return self._answer

    @property
    def request(self) -> Request:
        (errand,) = self.sent
        url = urlsplit(errand.url)
        return request_of(errand.method, url.path, {"Host": url.netloc, **dict(errand.headers)}, errand.body)


def invoker(far: Far, **fields: Any) -> LambdaInvoke:
    told = {"endpoint": "http://localhost:3001/", "access_key": "AKIAEXAMPLE", "secret": "hush"} | fields
    return LambdaInvoke(LambdaEndpoint(**told), far.send, CLOCK)


def errand(**fields: Any) -> FunctionErrand:
    return FunctionErrand(**({"function_arn": ARN, "payload": b'{"a":1}'} | fields))


async def test_the_request() -> None:
    far = Far(Outcome(status=200, body=b'"done"'))
    outcome = await invoker(far).send(errand(timeout_ms=5_000))
    assert (outcome.status, outcome.body, outcome.error) == (200, b'"done"', "")
    request = far.request
    # The request line that API_Invoke.html shows, with the ARN as the function's name.
    name = "arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aresize%3Alive"
    assert (request.method, request.path) == (b"POST", f"/2015-03-31/functions/{name}/invocations".encode())
    assert request.headers[b"x-amz-invocation-type"] == b"RequestResponse"
    assert request.body == b'{"a":1}'
    assert b"x-amz-security-token" not in request.headers
    signed = Verifier({"AKIAEXAMPLE": "hush"}).verify(request, CLOCK.now_ms())
    assert (signed.region, signed.service) == ("eu-west-1", "lambda")
    assert (far.sent[0].timeout_ms, far.sent[0].is_trusted) == (5_000, True)
    assert far.sent[0].answer_bytes > 6 * 1024 * 1024


async def test_an_asynchronous_one_with_all_that_there_is() -> None:
    far = Far(Outcome(status=202))
    invoke = invoker(far, region="us-west-2", session_token="FwoG")
    outcome = await invoke.send(errand(is_async=True, client_context='{"custom":{"a":"ü"}}'))
    assert (outcome.status, outcome.error) == (202, "")
    headers = far.request.headers
    assert headers[b"x-amz-invocation-type"] == b"Event"
    assert far.sent[0].timeout_ms == 15_000  # the function's own time doesn't count
    assert headers[b"x-amz-security-token"] == b"FwoG"
    assert json.loads(b64decode(headers[b"x-amz-client-context"])) == {"custom": {"a": "ü"}}
    assert Verifier({"AKIAEXAMPLE": "hush"}).verify(far.request, CLOCK.now_ms()).region == "us-west-2"


async def test_a_function_that_failed() -> None:
    body = b'{"errorMessage":"boom","errorType":"ValueError","stackTrace":[]}'
    far = Far(Outcome(status=200, body=body, headers={"x-amz-function-error": "Unhandled"}))
    outcome = await invoker(far).send(errand())
    assert (outcome.status, outcome.error, outcome.body) == (200, "ValueError: boom", body)
    assert not outcome.is_permanent


@pytest.mark.parametrize(
    ("status", "kind", "body", "error", "is_permanent"),
    [
        (404, "ResourceNotFoundException", b'{"Message":"gone"}', "ResourceNotFoundException: gone", True),
        (404, "ResourceNotFoundException:http://x/", b'{"message":"gone"}', "ResourceNotFoundException: gone", True),
        (403, "AccessDeniedException", b'{"Message":"no"}', "AccessDeniedException: no", True),
        (403, "InvalidSignatureException", b"{}", "InvalidSignatureException: ", False),
        (409, "ResourceConflictException", b"{}", "ResourceConflictException: ", False),
        (429, "TooManyRequestsException", b'{"Message":"slow"}', "TooManyRequestsException: slow", False),
        (502, "", b"<html>\xff", "status 502: <html>\\xff", False),
        (302, "", b"", "status 302: ", False),
        (500, "", b'["odd"]', 'status 500: ["odd"]', False),
    ],
)
async def test_a_refusal(status: int, kind: str, body: bytes, error: str, *, is_permanent: bool) -> None:
    headers = {"x-amzn-errortype": kind} if kind else {}
    outcome = await invoker(Far(Outcome(status=status, body=body, headers=headers))).send(errand())
    assert (outcome.status, outcome.error, outcome.is_permanent) == (status, error, is_permanent)


async def test_no_answer_is_handed_on() -> None:
    answer = Outcome(error="connection refused", elapsed_ms=3)
    assert await invoker(Far(answer)).send(errand()) is answer


async def test_what_is_no_arn() -> None:
    far = Far(Outcome(status=200))
    outcome = await invoker(far).send(errand(function_arn="resize"))
    assert outcome.is_permanent
    assert "'resize' is not an ARN" in outcome.error
    assert not far.sent


async def test_functions_that_are_not_configured_are_invoked_there() -> None:
    far = Far(Outcome(status=200, body=b"7"))
    functions = Functions(
        [],
        clock=CLOCK,
        entropy=SeededEntropy(1),
        logger=open_logger(Options()),
        region="us-east-1",
        elsewhere=invoker(far),
    )
    assert (await functions.send(errand())).body == b"7"
    await functions.close()
