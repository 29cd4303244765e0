"""Tags of streams, consumers and queues.

Source: https://docs.aws.amazon.com/streams/latest/dev/tagging.html
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts
from weirmq.services.kinesis.limits import TAGS
from weirmq.services.kinesis.resources import Resource, resource
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.types.kinesis import (
    AddTagsToStreamInput,
    ListTagsForResourceInput,
    ListTagsForResourceOutput,
    ListTagsForStreamInput,
    ListTagsForStreamOutput,
    RemoveTagsFromStreamInput,
    Tag,
    TagResourceInput,
    UntagResourceInput,
)

_RESERVED: Final = "aws:"
_LETTERS: Final = re.compile(r"[\w\s.:/=+@%-]*")


def check(before: Mapping[str, str], added: Mapping[str, str], what: str) -> dict[str, str]:
    """All tags of `what` once `added` have joined those of `before`. Raises InvalidArgument, LimitExceeded."""
    for key, value in added.items():
        if key.lower().startswith(_RESERVED):
            raise errors.invalid(f"Tag keys must not start with {_RESERVED}, which is reserved.")
        if not _LETTERS.fullmatch(key) or not _LETTERS.fullmatch(value):
            raise errors.invalid(
                "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space,"
                " _ . / = + - % @."
            )
    after = {**before, **added}
    if len(after) > TAGS:
        raise errors.invalid(
            f"Failed to add tags to {what} because a given {what.partition(' ')[0]} cannot have more than {TAGS} tags "
            "associated with it."
        )
    return after


def _set(service: Kinesis, call: Call, whose: Resource, after: dict[str, str]) -> None:
    stream = whose.stream
    if stream.status == "CREATING":
        raise errors.not_active(stream.name, stream.account, stream.status)
    if after != whose.found.tags:
        number, consumer, queue = whose.numbers
        service.commit(call.now_ms, facts.TagsSet(number, after, consumer, queue))


def _add(service: Kinesis, call: Call, whose: Resource, added: Mapping[str, str]) -> None:
    _set(service, call, whose, check(whose.found.tags, added, whose.name))


def _remove(service: Kinesis, call: Call, whose: Resource, keys: Sequence[str]) -> None:
    _set(service, call, whose, {key: value for key, value in whose.found.tags.items() if key not in keys})


def _shown(found: Mapping[str, str], keys: Sequence[str]) -> list[Tag]:
    return [Tag(Key=key, Value=found[key]) for key in keys]


def add_tags_to_stream(service: Kinesis, call: Call, request: AddTagsToStreamInput) -> None:
    """Add tags, and change those that are there. Raises InvalidArgument, ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:AddTagsToStream")
    _add(service, call, Resource(stream), request.Tags)


def remove_tags_from_stream(service: Kinesis, call: Call, request: RemoveTagsFromStreamInput) -> None:
    """Remove tags; those that aren't there aren't missed. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:RemoveTagsFromStream")
    _remove(service, call, Resource(stream), request.TagKeys)


def list_tags_for_stream(service: Kinesis, call: Call, request: ListTagsForStreamInput) -> ListTagsForStreamOutput:
    """A page of a stream's tags, by key. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:ListTagsForStream")
    keys = sorted(stream.tags)
    start = bisect_right(keys, request.ExclusiveStartTagKey) if request.ExclusiveStartTagKey is not None else 0
    stop = start + (request.Limit or TAGS)
    return ListTagsForStreamOutput(Tags=_shown(stream.tags, keys[start:stop]), HasMoreTags=stop < len(keys))


def tag_resource(service: Kinesis, call: Call, request: TagResourceInput) -> None:
    """Add tags to a stream, consumer or queue. Raises InvalidArgument, ResourceNotFound."""
    _add(service, call, resource(service, call, request.ResourceARN, "kinesis:TagResource"), request.Tags)


def untag_resource(service: Kinesis, call: Call, request: UntagResourceInput) -> None:
    """Remove tags from a stream, consumer or queue. Raises ResourceNotFound."""
    _remove(service, call, resource(service, call, request.ResourceARN, "kinesis:UntagResource"), request.TagKeys)


def list_tags_for_resource(
    service: Kinesis, call: Call, request: ListTagsForResourceInput
) -> ListTagsForResourceOutput:
    """All tags of a stream, consumer or queue. Raises ResourceNotFound."""
    found = resource(service, call, request.ResourceARN, "kinesis:ListTagsForResource").found.tags
    return ListTagsForResourceOutput(Tags=_shown(found, sorted(found)))
