"""What only a queue's own account may do with it, whatever the queue's policy says.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html
"""

from weirmq.engine.service import Call
from weirmq.services.sqs import errors
from weirmq.services.sqs.model import Queue
from weirmq.services.sqs.service import Sqs


def find_own(service: Sqs, call: Call, queue_url: str, action: str) -> Queue:
    """The caller's queue. Raises QueueDoesNotExist, AccessDenied."""
    queue = service.find(call, queue_url, action)
    if queue.account != call.caller.account:
        raise errors.owner_only(queue_url)
    return queue
