"""Tags of queues.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html and
https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""

import re
from collections.abc import Mapping
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.sqs import errors, facts
from weirmq.services.sqs.limits import TAGS
from weirmq.services.sqs.ownership import find_own
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import ListQueueTagsRequest, ListQueueTagsResult, TagQueueRequest, UntagQueueRequest

KEY_LETTERS: Final = 128
VALUE_LETTERS: Final = 256
_RESERVED: Final = "aws:"
_LETTERS: Final = re.compile(r"[\w\s.:/=+@-]*")


def check(queue_name: str, before: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """All tags once `added` have joined those of `before`. Raises InvalidParameterValue."""
    if len(added) > TAGS:
        raise errors.invalid_value(f"Too many tags added for queue {queue_name}.")
    for key, value in added.items():
        if not 1 <= len(key) <= KEY_LETTERS:
            raise errors.invalid_value(f"Tag keys must be between 1 and {KEY_LETTERS} characters in length.")
        if len(value) > VALUE_LETTERS:
            raise errors.invalid_value(f"Tag values must be between 0 and {VALUE_LETTERS} characters in length.")
        if key.lower().startswith(_RESERVED):
            raise errors.invalid_value(f"Tag keys must not start with {_RESERVED}, which is reserved.")
        if not _LETTERS.fullmatch(key) or not _LETTERS.fullmatch(value):
            raise errors.invalid_value("Tags can have letters, numbers, spaces and + - = . _ : / @ only.")
    after = {**before, **added}
    if len(after) > TAGS:
        raise errors.invalid_value(f"Too many tags added for queue {queue_name}.")
    return after


def tag_queue(service: Sqs, call: Call, request: TagQueueRequest) -> None:
    """Add tags, and change those that are there. Raises InvalidParameterValue."""
    queue = find_own(service, call, request.QueueUrl, "sqs:TagQueue")
    if not request.Tags:
        raise errors.missing("Tags")
    after = check(queue.name, queue.tags, request.Tags)
    service.commit([facts.TagsSet(queue.number, after)], call.now_ms)


def untag_queue(service: Sqs, call: Call, request: UntagQueueRequest) -> None:
    """Remove tags; those that aren't there aren't missed."""
    queue = find_own(service, call, request.QueueUrl, "sqs:UntagQueue")
    if not request.TagKeys:
        raise errors.missing("TagKeys")
    gone = set(request.TagKeys)
    after = {key: value for key, value in queue.tags.items() if key not in gone}
    if len(after) < len(queue.tags):
        service.commit([facts.TagsSet(queue.number, after)], call.now_ms)


def list_queue_tags(service: Sqs, call: Call, request: ListQueueTagsRequest) -> ListQueueTagsResult:
    """All tags of a queue."""
    queue = find_own(service, call, request.QueueUrl, "sqs:ListQueueTags")
    return ListQueueTagsResult(Tags=queue.tags or None)
