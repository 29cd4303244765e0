"""TagResource, UntagResource, ListTagsForResource: of clusters, VPC connections and replicators.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-tagging.html
"""

from collections.abc import Mapping
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.facts import ResourceTagged
from weirmq.services.kafka.control.limits import TAG_KEY_LETTERS, TAG_VALUE_LETTERS, TAGS
from weirmq.services.kafka.control.model import ManagedCluster, Replicator, VpcConnection
from weirmq.services.kafka.control.resources import create_keys, tag_keys
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    ListTagsForResourceRequest,
    ListTagsForResourceResponse,
    TagResourceRequest,
    UntagResourceRequest,
)

Tagged = ManagedCluster | VpcConnection | Replicator

_RESERVED: Final = "aws:"
_COLONS: Final = 5  # in an ARN, at least


def check(before: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """All tags, once `added` have joined those of `before`. Raises BadRequest."""
    for key, value in added.items():
        if key.lower().startswith(_RESERVED):
            raise errors.bad("tags", f"Tag keys must not start with {_RESERVED}, which is reserved.")
        if not 1 <= len(key) <= TAG_KEY_LETTERS or len(value) > TAG_VALUE_LETTERS:
            raise errors.bad(
                "tags", f"A tag has a key of 1 to {TAG_KEY_LETTERS} and a value of up to {TAG_VALUE_LETTERS} letters."
            )
    after = {**before, **added}
    if len(after) > TAGS:
        raise errors.bad("tags", f"A resource has at most {TAGS} tags.")
    return after


def _find(kafka: Kafka, call: Call, arn: str, action: str, added: Mapping[str, str]) -> Tagged:
    """What has tags. Raises BadRequest, AccessDenied, NotFound."""
    if not arn.startswith("arn:") or arn.count(":") < _COLONS:
        raise errors.bad_arn("resourceArn")
    control = kafka.machine.control
    found: Tagged | None = control.clusters.get(arn) or control.connections.get(arn) or control.replicators.get(arn)
    policy = found.policy if isinstance(found, ManagedCluster) else None
    keys = tag_keys(found.tags if found is not None else {}) | create_keys(added)
    authorize(call, f"kafka:{action}", arn, policy, keys)
    if found is None or found.region != call.region:
        raise errors.not_found("resourceArn")
    return found


def tag_resource(kafka: Kafka, call: Call, request: TagResourceRequest) -> None:
    """Add tags, and change those that are there. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ResourceArn, "TagResource", request.Tags)
    _set(kafka, call, found, check(found.tags, request.Tags))


def untag_resource(kafka: Kafka, call: Call, request: UntagResourceRequest) -> None:
    """Remove tags; those that aren't there aren't missed. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ResourceArn, "UntagResource", {})
    _set(kafka, call, found, {key: value for key, value in found.tags.items() if key not in request.TagKeys})


def _set(kafka: Kafka, call: Call, found: Tagged, after: dict[str, str]) -> None:
    if after != found.tags:
        kafka.commit(call.now_ms, ResourceTagged(found.arn, after))


def list_tags_for_resource(
    kafka: Kafka, call: Call, request: ListTagsForResourceRequest
) -> ListTagsForResourceResponse:
    """All tags. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ResourceArn, "ListTagsForResource", {})
    return ListTagsForResourceResponse(Tags=dict(found.tags))
