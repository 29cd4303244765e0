"""Message move tasks: dead letters on their way back to where they came from, or to another queue.

              start                      nothing more to move
    (nothing) -----> RUNNING ---------------------------> COMPLETED
                        |  \\ no queue to move a message to, or it is damaged
               cancel   |   \\---------------------------> FAILED
                        v
                    CANCELLING -------------------------> CANCELLED

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

import json
from base64 import b64decode, b64encode
from typing import Final

from msgspec import structs

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.errors import LogDamaged
from weirmq.kernel.ids import uuid4
from weirmq.services.sqs import delivery, errors, facts
from weirmq.services.sqs.facts import MessageSent
from weirmq.services.sqs.limits import MAX_MESSAGE_BYTES, TASK_RATE, TASKS_LISTED
from weirmq.services.sqs.model import MoveTask, Queue
from weirmq.services.sqs.receiving import moved
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import (
    CancelMessageMoveTaskRequest,
    CancelMessageMoveTaskResult,
    ListMessageMoveTasksRequest,
    ListMessageMoveTasksResult,
    ListMessageMoveTasksResultEntry,
    StartMessageMoveTaskRequest,
    StartMessageMoveTaskResult,
)

ACTIVE_TASKS: Final = 100  # of an account, says StartMessageMoveTask
_STEPS_PER_S: Final = 10  # of a task with a rate of more than that
_MOVED_AT_ONCE: Final = 25  # by a task without a rate: about 1 ms
_NO_QUEUE: Final = "AWS.SimpleQueueService.NonExistentQueue"
_NO_SOURCE: Final = "CouldNotDetermineMessageSource"
_UNREADABLE: Final = "CouldNotReadMessage"  # AWS has no name for it


def start_message_move_task(
    service: Sqs, call: Call, request: StartMessageMoveTaskRequest
) -> StartMessageMoveTaskResult:
    """Start to move the messages of a dead-letter queue. Raises ResourceNotFoundException, InvalidParameterValue."""
    source = _find(service, call, request.SourceArn, "SourceArn")
    for action in ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        authorize(call, f"sqs:{action}", source.arn, source.settings.policy)
    destinations = _destinations(service, call, source, request.DestinationArn)
    for queue in destinations:
        authorize(call, "sqs:SendMessage", queue.arn, queue.settings.policy)
    rate = request.MaxNumberOfMessagesPerSecond
    if rate is not None and not 1 <= rate <= TASK_RATE:
        raise errors.bad_parameter(rate, "MaxNumberOfMessagesPerSecond", f"Must be between 1 and {TASK_RATE}.")
    _check_active(service, source)
    service.machine.advance(source, call.now_ms)
    handle = _handle(uuid4(service.entropy), source.arn)
    fact = facts.MoveTaskStarted(handle, source.number, request.DestinationArn, rate, source.ready)
    service.commit([fact], call.now_ms)
    return StartMessageMoveTaskResult(TaskHandle=handle)


def _find(service: Sqs, call: Call, queue_arn: str, parameter: str) -> Queue:
    """The queue, which must be of the call's account and region."""
    queue = service.machine.by_arn.get(queue_arn)
    if queue is None or (queue.account, queue.region) != (call.caller.account, call.region):
        raise errors.no_such_resource(parameter)
    return queue


def _destinations(service: Sqs, call: Call, source: Queue, destination_arn: str | None) -> list[Queue]:
    """Where the messages of `source` may go."""
    redriven = service.machine.sources_of(source)
    if not redriven:
        raise errors.invalid_value("Source queue must be configured as a Dead Letter Queue.")
    if destination_arn is None:
        return redriven
    destination = _find(service, call, destination_arn, "DestinationArn")
    if destination is source:
        raise errors.invalid_value("Source queue arn and destination queue arn cannot be the same.")
    if destination.settings.is_fifo != source.settings.is_fifo:
        raise errors.invalid_value("Source queue and destination queue must be of the same type.")
    return [destination]


def _check_active(service: Sqs, source: Queue) -> None:
    active = [task for task in service.machine.tasks.values() if task.is_active]
    if any(task.source == source.number for task in active):
        raise errors.invalid_value(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    queues = service.machine.queues
    if sum(queues[task.source].account == source.account for task in active) >= ACTIVE_TASKS:
        raise errors.over_limit(f"An account can have {ACTIVE_TASKS} active message movement tasks at most.")


def cancel_message_move_task(
    service: Sqs, call: Call, request: CancelMessageMoveTaskRequest
) -> CancelMessageMoveTaskResult:
    """Stop a running task; what it has moved stays moved. Raises ResourceNotFoundException, InvalidParameterValue."""
    source = _find(service, call, _source_of(request.TaskHandle), "SourceArn")
    authorize(call, "sqs:CancelMessageMoveTask", source.arn, source.settings.policy)
    task = service.machine.tasks.get(request.TaskHandle)
    if task is None or task.status != "RUNNING":
        raise errors.no_such_task()
    service.commit([facts.MoveTaskCancelled(task.handle)], call.now_ms)
    return CancelMessageMoveTaskResult(ApproximateNumberOfMessagesMoved=task.moved)


def _handle(task_id: str, source_arn: str) -> str:
    return b64encode(json.dumps({"taskId": task_id, "sourceArn": source_arn}).encode()).decode()


def _source_of(handle: str) -> str:
    """The ARN of the queue whose task a handle stands for."""
    try:
        found = json.loads(b64decode(handle, validate=True))
    except (ValueError, RecursionError):
        found = None
    match found:
        case {"taskId": str(), "sourceArn": str(source_arn)}:
            return source_arn
    raise errors.invalid_value("Value for parameter TaskHandle is invalid.")


def list_message_move_tasks(
    service: Sqs, call: Call, request: ListMessageMoveTasksRequest
) -> ListMessageMoveTasksResult:
    """The tasks of a source, the newest first. Raises ResourceNotFoundException, InvalidParameterValue."""
    source = _find(service, call, request.SourceArn, "SourceArn")
    authorize(call, "sqs:ListMessageMoveTasks", source.arn, source.settings.policy)
    most = 1 if request.MaxResults is None else request.MaxResults
    if not 1 <= most <= TASKS_LISTED:
        raise errors.bad_parameter(most, "MaxResults", f"MaxResults must be an integer between 1 and {TASKS_LISTED}.")
    own = [task for task in service.machine.tasks.values() if task.source == source.number]
    return ListMessageMoveTasksResult(Results=[_entry(task) for task in own[::-1][:most]])


def _entry(task: MoveTask) -> ListMessageMoveTasksResultEntry:
    return ListMessageMoveTasksResultEntry(
        TaskHandle=task.handle if task.status == "RUNNING" else None,
        Status=task.status,
        SourceArn=task.source_arn,
        DestinationArn=task.destination_arn,
        MaxNumberOfMessagesPerSecond=task.rate_per_s,
        ApproximateNumberOfMessagesMoved=task.moved,
        ApproximateNumberOfMessagesToMove=task.to_move,
        FailureReason=task.reason,
        StartedTimestamp=task.started_ms,
    )


def step(service: Sqs, task: MoveTask, now_ms: int) -> list[Fact]:
    """The next facts of an active task: some messages moved, or its end. None where the source isn't ready for it."""
    if task.status == "CANCELLING":
        return [facts.MoveTaskEnded(task.handle, "CANCELLED")]
    source = service.machine.queues[task.source]
    service.machine.advance(source, now_ms)
    if source.is_behind:
        return []
    seqs = _next(task, source)
    if not seqs:
        return [facts.MoveTaskEnded(task.handle, "COMPLETED")]
    gathered, fault = _gather(service, task, source, seqs, now_ms)
    found: list[Fact] = []
    if gathered:
        gone = facts.MessagesDeleted(source.number, seqs[: len(gathered)])
        found = [gone, *gathered, facts.MoveTaskMoved(task.handle, len(gathered))]
    if fault is not None:
        found.append(facts.MoveTaskEnded(task.handle, "FAILED", fault))
    return found


def _next(task: MoveTask, source: Queue) -> list[int]:
    """The messages to move now, in the order in which a receive would hand them out. They stay where they are until the
    facts take effect, for a full disk may keep those from it.
    """
    at_once = max(1, task.rate_per_s // _STEPS_PER_S) if task.rate_per_s else _MOVED_AT_ONCE
    seqs = delivery.take(source, min(at_once, task.to_move - task.moved))
    delivery.give_back(source, seqs)
    return seqs


def _gather(
    service: Sqs, task: MoveTask, source: Queue, seqs: list[int], now_ms: int
) -> tuple[list[MessageSent], str | None]:
    """The messages as they are sent on, and why the one after them can't be. Few, if they are large."""
    gathered: list[MessageSent] = []
    sent_to: dict[int, int] = {}
    size = 0
    for seq in seqs:
        try:
            sent = service.read(source, seq)
        except LogDamaged:  # each tick would meet it again, and do nothing else
            return gathered, _UNREADABLE
        destination_arn = task.destination_arn or sent.dead_letter_source
        if destination_arn is None:
            return gathered, _NO_SOURCE
        destination = service.machine.by_arn.get(destination_arn)
        if destination is None:
            return gathered, _NO_QUEUE
        count = sent_to.get(destination.number, 0)
        sent_to[destination.number] = count + 1
        gathered.append(_sent_on(service, sent, destination, destination.next_seq + count, now_ms))
        size += len(sent.body)
        if size >= MAX_MESSAGE_BYTES:
            break
    return gathered, None


def _sent_on(service: Sqs, sent: MessageSent, destination: Queue, seq: int, now_ms: int) -> MessageSent:
    """A message moved is a new one, with an id and a time of its own; it isn't a duplicate of any.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    return structs.replace(moved(sent, destination, seq, 0, None, now_ms), message_id=uuid4(service.entropy))
