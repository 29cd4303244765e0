"""What must go out of the process, and what came of it: plain data between services and the senders of the server.

    task, content -> Carrier.errand  -> Errand | Verdict      what to send now, or that there is nothing to send
    Errand        -> a Sender        -> Outcome               what the far end said
    Outcome       -> Carrier.outcome -> Done | Retry | Dead   what becomes of the task

Services judge, senders don't: an HTTP answer of 500 is an Outcome like any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from weirmq.engine.machine import Fact, Machine

HTTP_TIMEOUT_MS: Final = 15_000  # SNS: "HTTP/HTTPS endpoints ... must respond within 15 seconds"
ANSWER_BYTES: Final = 64 * 1024  # of an answer's body are kept; what comes after them isn't read
FUNCTION_TIMEOUT_MS: Final = 900_000  # Lambda's longest function timeout


class HttpErrand(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One HTTP request. `url` is absolute, http or https; `user:password@` in it becomes Basic authentication.

    `headers` are sent in their order, in Latin-1; Host, Content-Length, Transfer-Encoding and Connection are the
    client's and left out if given. A name or value that would break the head (CR, LF, NUL) fails the errand for good.
    `timeout_ms` is for everything from looking up the name to the last byte of the answer. `h2` asks for HTTP/2, which
    needs https. `is_trusted` says that the operator named the URL, so that it may lead to a private address.
    """

    url: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    method: str = "POST"
    timeout_ms: int = HTTP_TIMEOUT_MS
    answer_bytes: int = ANSWER_BYTES
    h2: bool = False
    is_trusted: bool = False


class FunctionErrand(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One call of a function, named by its ARN (with version or alias). `payload` is JSON.

    The Outcome's body is what the function returned, in JSON.
    With `is_async`, a Lambda endpoint may answer (202) before it runs; a function of the server's own never does.
    """

    function_arn: str
    payload: bytes
    timeout_ms: int = FUNCTION_TIMEOUT_MS
    client_context: str | None = None
    is_async: bool = False


class MailErrand(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One mail of plain text to one address. The sender's address is the server's configuration; `sender_name` is what
    a mail program shows in its place. `headers` are further ones, such as List-Unsubscribe.
    """

    to: str
    subject: str
    text: str
    sender_name: str = ""
    headers: Sequence[tuple[str, str]] = ()


class SmsErrand(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One text message. `phone_number` is E.164 (`+491511234567`). `sms_type`: Transactional or Promotional."""

    phone_number: str
    text: str
    sender_id: str = ""
    origination_number: str = ""
    sms_type: str = "Promotional"


class PushErrand(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One notification to one device. `platform` is SNS's name (APNS, APNS_SANDBOX, GCM, ADM, ...).

    `credential` and `principal` are the platform application's PlatformCredential and PlatformPrincipal; what is made
    of them, such as an access token, may be kept under `application_arn`. `attributes` are further settings of the
    application and the AWS.SNS.MOBILE.* attributes of the message. `payload` is JSON, as the platform takes it.
    """

    application_arn: str
    platform: str
    token: str
    payload: bytes
    principal: str = ""
    credential: str = ""
    attributes: Mapping[str, str] = {}


Errand = HttpErrand | FunctionErrand | MailErrand | SmsErrand | PushErrand


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What came of an errand.

    `status` is the far end's code in its own protocol (HTTP 200, SMTP 250, SMPP 0), None where there was no answer.
    `error` says in one clear text what went wrong, if the sender knows: no answer, a broken one, an exception in a
    function; empty otherwise. `is_permanent`: trying again can't help (an address that is refused). `body` is the
    answer's, cut to the errand's `answer_bytes` (then not `is_whole`); `headers` have names in lower case.
    """

    status: int | None = None
    error: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = {}
    elapsed_ms: int = 0
    is_permanent: bool = False
    is_whole: bool = True


class Done(msgspec.Struct, frozen=True, gc=False):
    """The task has ended well: delivered, or nobody wants it any more. `log` is what the log line says, if one is to
    be written.
    """

    log: Mapping[str, Any] | None = None


class Retry(msgspec.Struct, frozen=True, gc=False):
    """Try again at `due_ms`."""

    due_ms: int
    log: Mapping[str, Any] | None = None


class Dead(msgspec.Struct, frozen=True, gc=False):
    """The task has ended without success. `also` are the facts of others that are committed with its end: those of a
    dead-letter queue.
    """

    also: Sequence[tuple[Machine, Sequence[Fact]]] = ()
    log: Mapping[str, Any] | None = None


Verdict = Done | Retry | Dead


class Lane(NamedTuple):
    """What a target shares with others: tasks of one lane are sent in their order of due times, a bounded number at a
    time, so that a slow endpoint holds up nobody but its own lane.

    `name` is the endpoint, e.g. `https://example.com` or a function's ARN; one with a `rate_per_s` (sends that begin
    in a second; None for no limit) is the target's alone, e.g. a subscription's ARN.
    """

    name: str
    rate_per_s: float | None = None
