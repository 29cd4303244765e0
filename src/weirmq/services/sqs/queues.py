"""Operations on queues themselves.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
"""

import re
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.sqs import attributes, errors, facts, listing, tags
from weirmq.services.sqs.limits import DELETED_NAME_MS, PURGE_MS, QUEUE_NAME_LETTERS
from weirmq.services.sqs.ownership import find_own
from weirmq.services.sqs.service import Sqs, url_of
from weirmq.wire.aws.types.sqs import (
    CreateQueueRequest,
    CreateQueueResult,
    DeleteQueueRequest,
    GetQueueAttributesRequest,
    GetQueueAttributesResult,
    GetQueueUrlRequest,
    GetQueueUrlResult,
    ListDeadLetterSourceQueuesRequest,
    ListDeadLetterSourceQueuesResult,
    ListQueuesRequest,
    ListQueuesResult,
    PurgeQueueRequest,
    SetQueueAttributesRequest,
)

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_FIFO_SUFFIX: Final = ".fifo"


def create_queue(service: Sqs, call: Call, request: CreateQueueRequest) -> CreateQueueResult:
    """A new queue, or the one that is there already, if it has the attributes given.

    Raises QueueNameExists, QueueDeletedRecently, and what is wrong with name, attributes or tags.
    """
    account, name, given = call.caller.account, request.QueueName, request.Attributes or {}
    own_arn = arn.build("sqs", call.region, account, name)
    authorize(call, "sqs:CreateQueue", own_arn)
    if request.tags:
        authorize(call, "sqs:TagQueue", own_arn)
    _check_name(name, is_fifo=given.get("FifoQueue") == "true")
    checked = attributes.check_new(own_arn, given, service.machine.by_arn)
    queue = service.machine.by_name.get((account, call.region, name))
    if queue is None:
        tags.check(name, {}, request.tags or {})
        deleted_ms = service.machine.deleted_ms.get((account, call.region, name))
        if deleted_ms is not None and call.now_ms < deleted_ms + DELETED_NAME_MS:
            raise errors.deleted_recently()
        number = service.machine.next_queue
        fact = facts.QueueCreated(number, account, call.region, name, checked, request.tags or {})
        service.commit([fact], call.now_ms)
        queue = service.machine.queues[number]
    elif (different := attributes.first_difference(queue, checked)) is not None:
        raise errors.queue_exists(different)
    return CreateQueueResult(QueueUrl=url_of(call, queue))


def _check_name(name: str, *, is_fifo: bool) -> None:
    stem = name.removesuffix(_FIFO_SUFFIX) if is_fifo else name
    if is_fifo and stem == name:
        raise errors.invalid_value(errors.FIFO_NAME_RULE)
    if not _NAME.fullmatch(stem) or len(name) > QUEUE_NAME_LETTERS:
        raise errors.invalid_value(errors.FIFO_NAME_RULE if is_fifo else errors.NAME_RULE)


def delete_queue(service: Sqs, call: Call, request: DeleteQueueRequest) -> None:
    """Delete a queue with all its messages. Raises QueueDoesNotExist."""
    queue = find_own(service, call, request.QueueUrl, "sqs:DeleteQueue")
    service.commit([facts.QueueDeleted(queue.number)], call.now_ms)


def get_queue_url(service: Sqs, call: Call, request: GetQueueUrlRequest) -> GetQueueUrlResult:
    """The URL of a queue by its name, of one's own or of another account. Raises QueueDoesNotExist."""
    account = request.QueueOwnerAWSAccountId or call.caller.account
    queue = service.machine.by_name.get((account, call.region, request.QueueName))
    if queue is None:
        raise errors.no_such_queue()
    authorize(call, "sqs:GetQueueUrl", queue.arn, queue.settings.policy)
    return GetQueueUrlResult(QueueUrl=url_of(call, queue))


def list_queues(service: Sqs, call: Call, request: ListQueuesRequest) -> ListQueuesResult:
    """The caller's queues in the region, by name. Without MaxResults there is no token, and at most 1,000 are told."""
    authorize(call, "sqs:ListQueues", "*")
    account = call.caller.account
    names = service.machine.directory.names(account, call.region)
    found = listing.page(names, request.QueueNamePrefix or "", request.MaxResults, request.NextToken)
    urls = [url_of(call, service.machine.by_name[account, call.region, name]) for name in found.names]
    return ListQueuesResult(QueueUrls=urls or None, NextToken=found.next_token)


def get_queue_attributes(service: Sqs, call: Call, request: GetQueueAttributesRequest) -> GetQueueAttributesResult:
    """Those asked for, of those that the queue has. Raises InvalidAttributeName."""
    queue = service.find(call, request.QueueUrl, "sqs:GetQueueAttributes")
    asked = request.AttributeNames or []
    for name in asked:
        if name != "All" and name not in attributes.READABLE:
            raise errors.unknown_attribute(name)
    found = attributes.shown(queue)
    if "All" not in asked:
        found = {name: found[name] for name in asked if name in found}
    return GetQueueAttributesResult(Attributes=found or None)


def set_queue_attributes(service: Sqs, call: Call, request: SetQueueAttributesRequest) -> None:
    """Change attributes; they act at once. An empty value removes those that needn't be there.

    Raises InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
    """
    queue = find_own(service, call, request.QueueUrl, "sqs:SetQueueAttributes")
    if not request.Attributes:
        raise errors.missing("Attributes")
    after = attributes.check_change(queue, request.Attributes, service.machine.by_arn)
    service.commit([facts.AttributesSet(queue.number, after)], call.now_ms)


def purge_queue(service: Sqs, call: Call, request: PurgeQueueRequest) -> None:
    """Delete all messages of a queue, at once. Raises PurgeQueueInProgress within a minute of the last time."""
    queue = service.find(call, request.QueueUrl, "sqs:PurgeQueue")
    if call.now_ms < queue.purged_ms + PURGE_MS:
        raise errors.purge_in_progress(queue.name)
    service.commit([facts.QueuePurged(queue.number)], call.now_ms)


def list_dead_letter_source_queues(
    service: Sqs, call: Call, request: ListDeadLetterSourceQueuesRequest
) -> ListDeadLetterSourceQueuesResult:
    """The queues whose RedrivePolicy names this one, by name."""
    target = service.find(call, request.QueueUrl, "sqs:ListDeadLetterSourceQueues")
    sources = {queue.name: queue for queue in service.machine.sources_of(target)}
    found = listing.page(sorted(sources), "", request.MaxResults, request.NextToken)
    urls = [url_of(call, sources[name]) for name in found.names]
    return ListDeadLetterSourceQueuesResult(queueUrls=urls, NextToken=found.next_token)
