"""TagResource, UntagResource.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/managing-secrets_tagging.html
"""

from collections.abc import Mapping, Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.secretsmanager import errors, facts
from weirmq.services.secretsmanager.limits import TAGS
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.types.secretsmanager import Tag, TagResourceRequest, UntagResourceRequest

_RESERVED: Final = "aws:"


def check(before: Mapping[str, str], added: Sequence[Tag]) -> dict[str, str]:
    """All tags, once `added` have joined those of `before`. Raises InvalidParameter."""
    after = dict(before)
    for tag in added:
        if tag.Key is None:
            raise errors.parameter("Every tag must have a key.")
        if tag.Key.lower().startswith(_RESERVED):
            raise errors.parameter(f"Tag keys can't begin with {_RESERVED}, which is reserved for AWS use.")
        after[tag.Key] = tag.Value or ""
    if len(after) > TAGS:
        raise errors.parameter(f"You can't attach more than {TAGS} tags to a secret.")
    return after


def shown(tags: Mapping[str, str]) -> list[Tag]:
    """Tags as answers have them."""
    return [Tag(Key=key, Value=value) for key, value in tags.items()]


def tag_resource(service: Secrets, call: Call, request: TagResourceRequest) -> None:
    """Add tags, and change those that are there. Raises ResourceNotFound, InvalidParameter, InvalidRequest."""
    secret = service.find_kept(call, request.SecretId, "TagResource")
    after = check(secret.tags, request.Tags)
    if after != secret.tags:
        service.commit(call.now_ms, facts.SecretTagged(secret.arn, after))


def untag_resource(service: Secrets, call: Call, request: UntagResourceRequest) -> None:
    """Remove tags; those that aren't there aren't missed. Raises ResourceNotFound, InvalidRequest."""
    secret = service.find_kept(call, request.SecretId, "UntagResource")
    after = {key: value for key, value in secret.tags.items() if key not in request.TagKeys}
    if after != secret.tags:
        service.commit(call.now_ms, facts.SecretTagged(secret.arn, after))
