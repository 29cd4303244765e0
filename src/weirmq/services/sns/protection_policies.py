"""Data protection policies: read and checked.

    {"Name": ..., "Description": ..., "Version": "2021-06-01", "Statement": [
        {"Sid": ..., "DataDirection": "Inbound" | "Outbound", "Principal": ["*" | ARN, ...],
         "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/CreditCardNumber", ...],
         "Operation": {"Audit": {"SampleRate": "0".."99", "FindingsDestination": ..., "NoFindingsDestination": ...}}
                    | {"Deidentify": {"MaskConfig": {"MaskWithCharacter": "#"}} | {"RedactConfig": {}}}
                    | {"Deny": {}}}],
     "Configuration": {"CustomDataIdentifier": [{"Name": "Badge", "Regex": "B-[0-9]{9}"}, ...]}}

Findings go to a log group, which here is the server's log. Those for S3 and Firehose have nowhere to go, so a policy
that names one is refused.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-policies.html
"""

import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import custom_identifiers, errors, identifiers
from weirmq.services.sns.custom_identifiers import Custom

POLICY_BYTES: Final = 30_720
STATEMENTS: Final = 100  # our own, as for access policies
VERSION: Final = "2021-06-01"
INBOUND: Final = "Inbound"
OUTBOUND: Final = "Outbound"
_SAMPLE_MOST: Final = 99
_PARAMETER: Final = "DataProtectionPolicy"
_LOG_GROUP: Final = re.compile(r"/aws/vendedlogs/[A-Za-z0-9_/.#-]{1,495}")  # the only ones that SNS may write to
_MASKS: Final = frozenset(
    " !#$%&()*+,-./:;<=>?@[\\]^_`{|}~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_ROOT: Final = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):root")
_PRINCIPAL: Final = re.compile(r"\*|[0-9]{12}|arn:[a-z-]+:(?:iam|sts)::[0-9]{12}:[A-Za-z-]+(?:/[\w+=,.@/-]{1,512})?")


class Audit(msgspec.Struct, frozen=True):
    """What is found goes to one log group, what holds nothing to another ("" for none), of so many in a hundred."""

    sample_percent: int
    findings_group: str
    no_findings_group: str


class Deidentify(msgspec.Struct, frozen=True):
    """Each letter of what is found becomes `mask`; "" takes it away."""

    mask: str


class Deny(msgspec.Struct, frozen=True):
    """A message in which something is found goes no further."""


class Statement(msgspec.Struct, frozen=True):
    """One statement. `identifiers` are names without the ARN before them, `customs` the policy's own with theirs."""

    sid: str
    direction: str
    is_about_all: bool
    principals: frozenset[str]  # ARNs, and accounts by their number
    identifiers: tuple[str, ...]
    customs: tuple[tuple[str, Custom], ...]
    operation: Audit | Deidentify | Deny

    def is_about(self, principal_arn: str) -> bool:
        """Whether it speaks of a principal: by its ARN, or by its account."""
        if self.is_about_all or principal_arn in self.principals:
            return True
        parts = principal_arn.split(":", 5)
        return len(parts) > 5 and parts[4] in self.principals


class Protection(msgspec.Struct, frozen=True):
    """A policy, ready for use."""

    inbound: tuple[Statement, ...]
    outbound: tuple[Statement, ...]


def check(text: str) -> None:
    """Refuse a policy that can't be one; "" is none. Raises InvalidParameter."""
    if text:
        if len(text.encode()) > POLICY_BYTES:
            raise _refused(f"must be at most {POLICY_BYTES} bytes long")
        parse(text)


@lru_cache(maxsize=1024)
def parse(text: str) -> Protection:
    """What a policy says. Raises InvalidParameter."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("failed to parse JSON") from None
    _members(document, "the policy", {"Name", "Version", "Statement"}, {"Description", "Configuration"})
    _text(document["Name"], "Name")
    _text(document.get("Description", "-"), "Description")
    if document["Version"] != VERSION:
        raise _refused(f"Version must be {VERSION}")
    raw = document["Statement"]
    if not isinstance(raw, list) or not 1 <= len(raw) <= STATEMENTS:
        raise _refused(f"Statement must be a list of 1 to {STATEMENTS} statements")
    customs = _customs(document.get("Configuration", {}))
    statements = [_statement(each, f"Statement[{index}]", customs) for index, each in enumerate(raw)]
    sids = [statement.sid for statement in statements if statement.sid]
    if len(set(sids)) < len(sids):
        raise _refused("the Sids of statements must differ")
    return Protection(
        tuple(statement for statement in statements if statement.direction == INBOUND),
        tuple(statement for statement in statements if statement.direction == OUTBOUND),
    )


def _customs(raw: Any) -> dict[str, Custom]:
    """A policy's own identifiers by name."""
    _members(raw, "Configuration", set(), {"CustomDataIdentifier"})
    listed = raw.get("CustomDataIdentifier", [])
    if not isinstance(listed, list) or len(listed) > custom_identifiers.IDENTIFIERS:
        raise _refused(f"CustomDataIdentifier must be a list of up to {custom_identifiers.IDENTIFIERS} identifiers")
    found: dict[str, Custom] = {}
    for index, each in enumerate(listed):
        place = f"CustomDataIdentifier[{index}]"
        _members(each, place, {"Name", "Regex"}, set())
        name, regex = each["Name"], each["Regex"]
        if not isinstance(name, str) or not custom_identifiers.NAME.fullmatch(name):
            raise _refused(f"{place}.Name must be 1 to 128 letters, digits, _ and -")
        if name in found or name in identifiers.IDENTIFIERS:
            raise _refused(f"{place}.Name is that of another identifier")
        if not isinstance(regex, str):
            raise _refused(f"{place}.Regex must be a string")
        try:
            found[name] = custom_identifiers.read(regex)
        except ValueError as error:
            raise _refused(f"{place}.Regex {error}") from None
    return found


def _statement(raw: Any, place: str, customs: Mapping[str, Custom]) -> Statement:
    _members(raw, place, {"DataDirection", "Principal", "DataIdentifier", "Operation"}, {"Sid"})
    sid = raw.get("Sid", "")
    if not isinstance(sid, str):
        raise _refused(f"{place}.Sid must be a string")
    direction = raw["DataDirection"]
    if direction not in (INBOUND, OUTBOUND):
        raise _refused(f"{place}.DataDirection must be {INBOUND} or {OUTBOUND}")
    principals = _texts(raw["Principal"], f"{place}.Principal")
    for principal in principals:
        if not _PRINCIPAL.fullmatch(principal):
            raise _refused(f"{place}.Principal must be * or ARNs of accounts, users and roles, not {principal}")
    names = _texts(raw["DataIdentifier"], f"{place}.DataIdentifier")
    operation = _operation(raw["Operation"], f"{place}.Operation")
    if isinstance(operation, Audit) and direction == OUTBOUND:
        raise _refused(f"{place}: an Audit must be {INBOUND}")
    return Statement(
        sid,
        direction,
        "*" in principals,
        frozenset(_account_or_arn(principal) for principal in principals),
        tuple(_identifier(name, f"{place}.DataIdentifier") for name in names if name not in customs),
        tuple((name, customs[name]) for name in names if name in customs),
        operation,
    )


def _account_or_arn(principal: str) -> str:
    root = _ROOT.fullmatch(principal)
    return principal if root is None else root[1]


def _identifier(text: str, place: str) -> str:
    name = text.removeprefix(identifiers.ARN)
    if name == text or name not in identifiers.IDENTIFIERS:
        raise _refused(f"{place}: {text} is not a data identifier that is known here")
    return name


def _operation(raw: Any, place: str) -> Audit | Deidentify | Deny:
    _members(raw, place, set(), {"Audit", "Deidentify", "Deny"})
    if len(raw) != 1:
        raise _refused(f"{place} must have one of Audit, Deidentify and Deny")
    [(name, given)] = raw.items()
    here = f"{place}.{name}"
    if name == "Audit":
        return _audit(given, here)
    if name == "Deidentify":
        return _deidentify(given, here)
    _members(given, here, set(), set())
    return Deny()


def _audit(raw: Any, place: str) -> Audit:
    _members(raw, place, {"SampleRate"}, {"FindingsDestination", "NoFindingsDestination"})
    rate = raw["SampleRate"]
    if not isinstance(rate, str | int) or isinstance(rate, bool) or not re.fullmatch(r"[0-9]{1,2}", str(rate)):
        raise _refused(f"{place}.SampleRate must be an integer from 0 to {_SAMPLE_MOST}")
    groups = [_log_group(raw.get(name), f"{place}.{name}") for name in ("FindingsDestination", "NoFindingsDestination")]
    return Audit(int(rate), *groups)


def _log_group(raw: Any, place: str) -> str:
    """The log group of a destination; "" where there is no destination."""
    if raw is None:
        return ""
    _members(raw, place, set(), {"CloudWatchLogs", "Firehose", "S3"})
    for name in raw:
        if name != "CloudWatchLogs":
            raise _refused(f"{place}: there is no {name} here that could take findings")
    if not raw:
        return ""
    _members(raw["CloudWatchLogs"], f"{place}.CloudWatchLogs", {"LogGroup"}, set())
    group = raw["CloudWatchLogs"]["LogGroup"]
    if not isinstance(group, str) or not _LOG_GROUP.fullmatch(group):
        raise _refused(f"{place}.CloudWatchLogs.LogGroup must start with /aws/vendedlogs/")
    return group


def _deidentify(raw: Any, place: str) -> Deidentify:
    _members(raw, place, set(), {"MaskConfig", "RedactConfig"})
    if len(raw) != 1:
        raise _refused(f"{place} must have one of MaskConfig and RedactConfig")
    if "RedactConfig" in raw:
        _members(raw["RedactConfig"], f"{place}.RedactConfig", set(), set())
        return Deidentify("")
    _members(raw["MaskConfig"], f"{place}.MaskConfig", {"MaskWithCharacter"}, set())
    mask = raw["MaskConfig"]["MaskWithCharacter"]
    if not isinstance(mask, str) or mask not in _MASKS:
        raise _refused(f"{place}.MaskConfig.MaskWithCharacter must be one letter, digit, space or special character")
    return Deidentify(mask)


def _members(raw: Any, place: str, required: Collection[str], optional: Collection[str]) -> None:
    if not isinstance(raw, Mapping):
        raise _refused(f"{place} must be a JSON object")
    for name in raw:
        if name not in required and name not in optional:
            raise _refused(f"{name} is not a member of {place}")
    for name in sorted(required):
        if name not in raw:
            raise _refused(f"{place} must have the member {name}")


def _text(raw: Any, place: str) -> None:
    if not isinstance(raw, str) or not raw:
        raise _refused(f"{place} must be a string")


def _texts(raw: Any, place: str) -> list[str]:
    if not isinstance(raw, list) or not raw or not all(isinstance(text, str) for text in raw):
        raise _refused(f"{place} must be a list of strings")
    return raw


def _refused(reason: str) -> ServiceError:
    return errors.bad_parameter(_PARAMETER, reason)
