"""ListSecrets, ListSecretVersionIds.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.secretsmanager import errors, tags
from weirmq.services.secretsmanager.limits import LISTED
from weirmq.services.secretsmanager.model import Secret
from weirmq.services.secretsmanager.secrets import accessed, stages_of
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.secretsmanager import (
    Filter,
    ListSecretsRequest,
    ListSecretsResponse,
    ListSecretVersionIdsRequest,
    ListSecretVersionIdsResponse,
    SecretListEntry,
    SecretVersionsListEntry,
)

T = TypeVar("T")

_TOKEN: Final = re.compile(r"from:([0-9]{1,9})")
_WORDS: Final = re.compile(r"[\w+=@!]+")


def list_secrets(service: Secrets, call: Call, request: ListSecretsRequest) -> ListSecretsResponse:
    """The secrets of the account in the region. Raises InvalidNextToken."""
    authorize(call, "secretsmanager:ListSecrets", "*")
    where = (call.caller.account, call.region)
    found = [
        each
        for each in service.machine.by_arn.values()
        if (each.account, each.region) == where
        and (request.IncludePlannedDeletion or not each.deleted_ms)
        and all(_passes(each, one) for one in request.Filters or ())
    ]
    found.sort(key=_ORDERS[request.SortBy or "created-date"], reverse=request.SortOrder == "desc")
    page, token = _page(found, request.NextToken, request.MaxResults)
    return ListSecretsResponse(SecretList=[_entry(each) for each in page], NextToken=token)


_ORDERS: Final[Mapping[str, Callable[[Secret], Any]]] = {
    "created-date": lambda secret: secret.created_ms,
    "last-accessed-date": lambda secret: secret.accessed_ms,
    "last-changed-date": lambda secret: secret.changed_ms,
    "name": lambda secret: secret.name,
}


def _passes(secret: Secret, asked: Filter) -> bool:
    """Whether one of a filter's values is there; those with `!` in front must not be."""
    if asked.Key is None or not asked.Values:
        raise errors.parameter("A filter must have a key and values.")
    texts = _texts(secret, asked.Key)
    wanted = [value for value in asked.Values if not value.startswith("!")]
    unwanted = [value[1:] for value in asked.Values if value.startswith("!")]
    if any(_begins(texts, value, asked.Key) for value in unwanted):
        return False
    return not wanted or any(_begins(texts, value, asked.Key) for value in wanted)


def _texts(secret: Secret, key: str) -> list[str]:
    """What a filter looks at."""
    match key:
        case "name":
            return [secret.name]
        case "description":
            return [secret.description, *_WORDS.findall(secret.description)]
        case "tag-key":
            return list(secret.tags)
        case "tag-value":
            return list(secret.tags.values())
        case "all":
            whole = [secret.name, secret.description, *secret.tags, *secret.tags.values()]
            return [*whole, *(word for text in whole for word in _WORDS.findall(text))]
        case _:  # of regions and services that share in a secret there are none
            return []


def _begins(texts: Sequence[str], value: str, key: str) -> bool:
    if key in {"description", "all"}:
        return any(text.lower().startswith(value.lower()) for text in texts)
    return any(text.startswith(value) for text in texts)


def _entry(secret: Secret) -> SecretListEntry:
    return SecretListEntry(
        ARN=secret.arn,
        Name=secret.name,
        Description=secret.description or None,
        KmsKeyId=secret.key_id or None,
        LastChangedDate=Timestamp(secret.changed_ms),
        LastAccessedDate=accessed(secret.accessed_ms),
        DeletedDate=Timestamp(secret.asked_ms) if secret.deleted_ms else None,
        Tags=tags.shown(secret.tags),
        SecretVersionsToStages=stages_of(secret),
        CreatedDate=Timestamp(secret.created_ms),
    )


def list_secret_version_ids(
    service: Secrets, call: Call, request: ListSecretVersionIdsRequest
) -> ListSecretVersionIdsResponse:
    """The versions of a secret; those without a label only if they are asked for.

    Raises ResourceNotFound, InvalidNextToken.
    """
    secret = service.find(call, request.SecretId, "ListSecretVersionIds")
    found = [each for each in secret.versions.values() if each.stages or request.IncludeDeprecated]
    page, token = _page(found, request.NextToken, request.MaxResults)
    entries = [
        SecretVersionsListEntry(
            VersionId=each.id,
            VersionStages=list(each.stages) or None,
            LastAccessedDate=accessed(each.accessed_ms),
            CreatedDate=Timestamp(each.created_ms),
        )
        for each in page
    ]
    return ListSecretVersionIdsResponse(Versions=entries, NextToken=token, ARN=secret.arn, Name=secret.name)


def _page(found: Sequence[T], token: str | None, most: int | None) -> tuple[Sequence[T], str | None]:
    """The page that a request asks for, and the token that leads on. Raises InvalidNextToken."""
    start = _start(token) if token is not None else 0
    stop = start + (most or LISTED)
    return found[start:stop], _token(stop) if stop < len(found) else None


def _token(start: int) -> str:
    return urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(token: str) -> int:
    try:
        found = _TOKEN.fullmatch(urlsafe_b64decode(token).decode())
    except ValueError:
        found = None
    if found is None:
        raise errors.bad_token()
    return int(found[1])
