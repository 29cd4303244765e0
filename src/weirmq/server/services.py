"""The services that a server offers: each is put on the ground that all share, by a function of its own.

A further service is one more function here, and its name in SERVICES.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from weirmq.engine.flowing import Flowing
from weirmq.engine.handover import Handover
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Machine
from weirmq.engine.outbox import Outbox
from weirmq.engine.service import Service
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Waiting
from weirmq.kernel.ids import Entropy
from weirmq.server import families
from weirmq.server.auth import Authenticated
from weirmq.server.config import ConfigError, Options, takes_unknown_kafka_clients
from weirmq.server.kafka.tokens import Tokens
from weirmq.server.metrics import Family
from weirmq.services.cloudwatch import SERVICE as CLOUDWATCH
from weirmq.services.dynamodb import SERVICE as LEASE_TABLES
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka.authorizer import Rules
from weirmq.services.kafka.verifiers import Identity
from weirmq.services.kinesis import SERVICE as KINESIS
from weirmq.services.secretsmanager import SERVICE as SECRETS
from weirmq.services.sns import SERVICE as SNS
from weirmq.services.sqs import SERVICE as SQS
from weirmq.services.sts import SERVICE as STS
from weirmq.wire.http import Request
from weirmq.wire.kafka.listeners import SSL


class Ground(msgspec.Struct):
    """What services stand on. `tell` writes a log line: its level, its event, its fields."""

    options: Options
    journal: Journal
    waiting: Waiting
    handover: Handover
    outbox: Outbox
    streams: Streams
    flowing: Flowing
    entropy: Entropy
    account_of: Callable[[str], str | None]
    identify: Callable[[Request, int], tuple[Authenticated, int | None]]
    tell: Callable[[str, str, Mapping[str, Any]], None]
    secrets: SECRETS | None = None
    """Secrets Manager, for those that come after it."""


class Installed(msgspec.Struct):
    """One service, and what the shell is to do with it. `service` is None where it has no AWS operations."""

    service: Service | None
    machine: Machine | None = None
    kafka: KAFKA | None = None
    """Whose APIs the Kafka ports offer."""
    families: Callable[[], Iterable[Family]] = tuple
    """What /metrics shows."""
    log_groups: Callable[[], Iterable[str]] = tuple
    """The groups of streams that belong to it, once the machines are what the log says."""
    replayed: Callable[[], None] = lambda: None
    """Called once the machines are what the log says. Raises NoRoom, LogFailed."""
    page: Callable[[str], bytes | None] = lambda _path: None
    """A certificate (PEM) to be fetched at a path; None for a path that is none of the service's."""
    text_came: Callable[[str, str, int], None] | None = None
    """`text_came(number, text, now_ms)`: a text message came in. Raises NoRoom."""
    logs_removed: Callable[[Sequence[str], int], None] | None = None
    """`logs_removed(names, now_ms)`: these streams, its own and others, are gone from the disk. Raises NoRoom."""


def install(ground: Ground) -> list[Installed]:
    """Put every service on `ground`. Raises ConfigError."""
    return [service(ground) for service in SERVICES]


def _sqs(ground: Ground) -> Installed:
    sqs = SQS(ground.journal, ground.waiting, ground.entropy, ground.handover)
    return Installed(sqs, sqs.machine, families=lambda: families.of_sqs(sqs))


def _sns(ground: Ground) -> Installed:
    options = ground.options
    sns = SNS(ground.journal, ground.streams, ground.handover, ground.outbox, ground.entropy)
    sns.on_status = partial(ground.tell, "info", "delivery")
    sns.on_audit = partial(ground.tell, "info", "data protection")
    sns.on_error = lambda what, error: ground.tell("error", what, {"error": str(error)})
    sns.public_origin = options.public_url
    try:
        sns.set_quotas(options.sns_quotas)
    except ValueError as error:
        raise ConfigError(f"[sns_quotas]: {error}") from None
    source = options.sms.source if options.sms is not None else ""
    sns.set_up_texts([source] if source.startswith("+") else [], is_in_sandbox=options.sms_sandbox)

    def text_came(number: str, text: str, now_ms: int) -> None:
        if not sns.text_came(number, text, now_ms):
            ground.tell("info", "a text message came in, which nobody takes", {"sender": number})

    return Installed(
        sns,
        sns.machine,
        families=lambda: families.of_sns(sns),
        page=sns.signer.page,
        log_groups=sns.archives.groups,
        text_came=text_came,
        logs_removed=sns.archives.removed,
    )


def _kinesis(ground: Ground) -> Installed:
    is_strict = ground.options.kinesis_strict
    kinesis = KINESIS(
        ground.journal, ground.streams, ground.flowing, ground.waiting, ground.entropy, is_strict=is_strict
    )
    return Installed(
        kinesis,
        kinesis.machine,
        log_groups=kinesis.groups,
        replayed=kinesis.rewind,
        logs_removed=kinesis.logs_removed,
    )


def _dynamodb(ground: Ground) -> Installed:
    tables = LEASE_TABLES(ground.journal, ground.entropy)
    return Installed(tables, tables.machine)


def _cloudwatch(_ground: Ground) -> Installed:
    cloudwatch = CLOUDWATCH()
    return Installed(cloudwatch, families=lambda: families.of_cloudwatch(cloudwatch))


def _identity(
    identify: Callable[[Request, int], tuple[Authenticated, int | None]], request: Request, now_ms: int
) -> Identity:
    found, end_ms = identify(request, now_ms)
    return Identity(found.caller, found.service, end_ms)


def _kafka(ground: Ground) -> Installed:
    options = ground.options
    kafka = KAFKA(ground.journal, ground.streams, ground.waiting, ground.entropy)
    kafka.authorizer.rules = Rules.of(options.kafka_super_users, requires_acls=options.kafka_acls_required)
    kafka.authorizer.region = options.region
    kafka.log_dir = options.data
    kafka.verifiers.passwords = {user.name: user.password for user in options.kafka_users}
    kafka.verifiers.identify = partial(_identity, ground.identify)
    if options.kafka_oauth is not None:
        kafka.verifiers.check_token = Tokens(options.kafka_oauth, options.outbound_ca_file).check
    kafka.is_open = takes_unknown_kafka_clients(options)
    kafka.demands_certificates = any(each.name == SSL and each.client_ca_file for each in options.kafka_listeners)
    if ground.secrets is not None:
        ground.secrets.on_changed = kafka.secret_changed
        kafka.secret_of = ground.secrets.current
    return Installed(
        kafka,
        kafka.machine,
        kafka,
        families=lambda: families.of_kafka_clients(kafka),
        log_groups=kafka.log_groups,
        replayed=kafka.settle,
        logs_removed=kafka.logs_removed,
    )


def _secretsmanager(ground: Ground) -> Installed:
    secrets = ground.secrets = SECRETS(ground.journal, ground.entropy)
    return Installed(secrets, secrets.machine)


def _sts(ground: Ground) -> Installed:
    return Installed(STS(ground.account_of))


SERVICES: Final[tuple[Callable[[Ground], Installed], ...]] = (
    _sqs, _sns, _kinesis, _secretsmanager, _kafka, _dynamodb, _cloudwatch, _sts,
)  # fmt: skip
