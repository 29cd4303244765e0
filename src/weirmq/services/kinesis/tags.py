"""Tags of streams and consumers.

Source: https://docs.aws.amazon.com/streams/latest/dev/tagging.html
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts
from weirmq.services.kinesis.limits import TAGS
from weirmq.services.kinesis.model import Consumer, Stream
from weirmq.services.kinesis.resources import find
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


def _set(service: Kinesis, call: Call, stream: Stream, consumer: Consumer | None, after: dict[str, str]) -> None:
    if stream.status == "CREATING":
        raise errors.not_active(stream.name, stream.account, stream.status)
    if after != (consumer or stream).tags:
        name = consumer.name if consumer else ""
        service.commit(call.now_ms, facts.TagsSet(stream.number, after, name))


def _named(stream: Stream, consumer: Consumer | None) -> str:
    kind, name = ("consumer", consumer.name) if consumer else ("stream", stream.name)
    return f"{kind} {name} under account {stream.account}"


def _shown(found: Mapping[str, str], keys: Sequence[str]) -> list[Tag]:
    return [Tag(Key=key, Value=found[key]) for key in keys]


def add_tags_to_stream(service: Kinesis, call: Call, request: AddTagsToStreamInput) -> None:
    """Add tags, and change those that are there. Raises InvalidArgument, ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:AddTagsToStream")
    _set(service, call, stream, None, check(stream.tags, request.Tags, _named(stream, None)))


def remove_tags_from_stream(service: Kinesis, call: Call, request: RemoveTagsFromStreamInput) -> None:
    """Remove tags; those that aren't there aren't missed. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:RemoveTagsFromStream")
    _set(service, call, stream, None, {k: v for k, v in stream.tags.items() if k not in request.TagKeys})


def list_tags_for_stream(service: Kinesis, call: Call, request: ListTagsForStreamInput) -> ListTagsForStreamOutput:
    """A page of a stream's tags, by key. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:ListTagsForStream")
    keys = sorted(stream.tags)
    start = bisect_right(keys, request.ExclusiveStartTagKey) if request.ExclusiveStartTagKey is not None else 0
    stop = start + (request.Limit or TAGS)
    return ListTagsForStreamOutput(Tags=_shown(stream.tags, keys[start:stop]), HasMoreTags=stop < len(keys))


def tag_resource(service: Kinesis, call: Call, request: TagResourceInput) -> None:
    """Add tags to a stream or consumer. Raises InvalidArgument, ResourceNotFound."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:TagResource")
    _set(service, call, stream, consumer, check((consumer or stream).tags, request.Tags, _named(stream, consumer)))


def untag_resource(service: Kinesis, call: Call, request: UntagResourceInput) -> None:
    """Remove tags from a stream or consumer. Raises ResourceNotFound."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:UntagResource")
    before = (consumer or stream).tags
    _set(service, call, stream, consumer, {k: v for k, v in before.items() if k not in request.TagKeys})


def list_tags_for_resource(
    service: Kinesis, call: Call, request: ListTagsForResourceInput
) -> ListTagsForResourceOutput:
    """All tags of a stream or consumer. Raises ResourceNotFound."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:ListTagsForResource")
    found = (consumer or stream).tags
    return ListTagsForResourceOutput(Tags=_shown(found, sorted(found)))
