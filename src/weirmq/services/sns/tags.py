"""Tags of topics.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html and
https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors, facts
from weirmq.services.sns.limits import TAGS
from weirmq.services.sns.model import Topic
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_RESERVED: Final = "aws:"
_LETTERS: Final = re.compile(r"[\w\s.:/=+@-]*")


def of(given: Sequence[types.Tag]) -> dict[str, str]:
    """Tags as a dict. Raises InvalidParameter where a key comes twice."""
    found = {tag.Key: tag.Value for tag in given}
    if len(found) != len(given):
        raise errors.bad_parameter("Duplicated keys are not allowed.")
    return found


def check(before: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """All tags once `added` have joined those of `before`. Raises InvalidParameter, TagLimitExceeded."""
    for key, value in added.items():
        if key.lower().startswith(_RESERVED):
            raise errors.bad_parameter("Tags", f"Tag keys must not start with {_RESERVED}, which is reserved")
        if not _LETTERS.fullmatch(key) or not _LETTERS.fullmatch(value):
            raise errors.bad_parameter("Tags", "Tags can have letters, numbers, spaces and + - = . _ : / @ only")
    after = {**before, **added}
    if len(after) > TAGS:
        raise errors.too_many_tags()
    return after


def tag_resource(service: Sns, call: Call, request: types.TagResourceRequest) -> types.TagResourceResponse:
    """Add tags, and change those that are there."""
    topic = _find(service, call, request.ResourceArn, "sns:TagResource")
    after = check(topic.tags, of(request.Tags))
    service.commit([facts.TopicTagsSet(topic.number, after)], call.now_ms)
    return types.TagResourceResponse()


def untag_resource(service: Sns, call: Call, request: types.UntagResourceRequest) -> types.UntagResourceResponse:
    """Remove tags; those that aren't there aren't missed."""
    topic = _find(service, call, request.ResourceArn, "sns:UntagResource")
    after = {key: value for key, value in topic.tags.items() if key not in request.TagKeys}
    if len(after) < len(topic.tags):
        service.commit([facts.TopicTagsSet(topic.number, after)], call.now_ms)
    return types.UntagResourceResponse()


def list_tags_for_resource(
    service: Sns, call: Call, request: types.ListTagsForResourceRequest
) -> types.ListTagsForResourceResponse:
    """All tags of a topic."""
    topic = _find(service, call, request.ResourceArn, "sns:ListTagsForResource")
    return types.ListTagsForResourceResponse(
        Tags=[types.Tag(Key=key, Value=value) for key, value in topic.tags.items()]
    )


def _find(service: Sns, call: Call, resource_arn: str, action: str) -> Topic:
    """The topic; unlike other operations, those on tags answer ResourceNotFound where there is none."""
    try:
        return service.find(call, resource_arn, action, "ResourceArn")
    except ServiceError as error:
        raise errors.no_such_resource() if error.code == "NotFound" else error from None
