"""All senders, as the options say, each made when its first errand comes: most servers never need most of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from weirmq.engine.errands import Errand, FunctionErrand, HttpErrand, MailErrand, Outcome, PushErrand, SmsErrand
from weirmq.kernel.clock import Clock
from weirmq.kernel.ids import Entropy
from weirmq.server.config import Options, outbox_folder
from weirmq.server.logs import Logger
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.sender import Sender
from weirmq.server.outbound.trust import Trust

# The imports inside functions below spare a start 20 ms.


class Later:
    """A sender that `make` makes once it is needed."""

    def __init__(self, make: Callable[[], Sender]) -> None:
        self._make = make
        self._made: Sender | None = None

    async def send(self, errand: Any) -> Outcome:
        """Send by the sender that is behind this."""
        if self._made is None:
            self._made = self._make()
        return await self._made.send(errand)

    async def close(self) -> None:
        """Close the sender, if there is one yet."""
        if self._made is not None:
            await self._made.close()


def senders(
    options: Options,
    *,
    guard: Guard,
    clock: Clock,
    entropy: Entropy,
    logger: Logger,
    on_text: Callable[[str, str], None],
) -> dict[type[Errand], Sender]:
    """The sender of each kind of errand. `on_text` gets number and text of messages that come in. Raises TlsError."""
    ca_file = options.outbound_ca_file
    http = HttpSender(guard, Trust(ca_file))
    return {
        HttpErrand: http,
        FunctionErrand: Later(partial(_functions, options, http, clock, entropy, logger)),
        MailErrand: Later(partial(_mail, options, clock, entropy, logger)),
        SmsErrand: Later(partial(_sms, options, clock, entropy, logger, on_text)),
        PushErrand: Later(partial(_push, options, http, guard, ca_file, clock)),
    }


def _functions(options: Options, http: HttpSender, clock: Clock, entropy: Entropy, logger: Logger) -> Sender:
    from weirmq.server.outbound.functions import Functions
    from weirmq.server.outbound.invoke import LambdaInvoke

    endpoint = options.lambda_endpoint
    elsewhere = None if endpoint is None else LambdaInvoke(endpoint, http.send, clock)
    return Functions(
        options.functions, clock=clock, entropy=entropy, logger=logger, region=options.region, elsewhere=elsewhere
    )


def _mail(options: Options, clock: Clock, entropy: Entropy, logger: Logger) -> Sender:
    from weirmq.server.outbound.folder import Folder
    from weirmq.server.outbound.mail import MailFolder, MailServer

    if options.smtp is not None:
        return MailServer(options.smtp, clock, entropy)
    return MailFolder(Folder(outbox_folder(options), clock, entropy), clock, entropy, logger)


def _sms(
    options: Options, clock: Clock, entropy: Entropy, logger: Logger, on_text: Callable[[str, str], None]
) -> Sender:
    from weirmq.server.outbound.folder import Folder
    from weirmq.server.outbound.sms import SmsFolder, SmsGateway

    if options.sms is not None:
        return SmsGateway(options.sms, logger, on_text)
    return SmsFolder(Folder(outbox_folder(options), clock, entropy), logger)


def _push(options: Options, http: HttpSender, guard: Guard, ca_file: str, clock: Clock) -> Sender:
    from weirmq.server.outbound.push import PushSender
    from weirmq.server.outbound.push_apple import CertificateTrust

    def certified(certificate: str, key: str) -> HttpSender:
        return HttpSender(guard, CertificateTrust(ca_file, certificate, key))

    return PushSender(options.push, http, certified, clock)
