"""Which function answers which operation."""

from collections.abc import Mapping
from typing import Final

from weirmq.engine.service import Operation
from weirmq.services.sqs import handling, move_tasks, permissions, queues, receiving, sending, tags

OPERATIONS: Final[Mapping[str, Operation]] = {
    "AddPermission": permissions.add_permission,
    "CancelMessageMoveTask": move_tasks.cancel_message_move_task,
    "ChangeMessageVisibility": handling.change_message_visibility,
    "ChangeMessageVisibilityBatch": handling.change_message_visibility_batch,
    "CreateQueue": queues.create_queue,
    "DeleteMessage": handling.delete_message,
    "DeleteMessageBatch": handling.delete_message_batch,
    "DeleteQueue": queues.delete_queue,
    "GetQueueAttributes": queues.get_queue_attributes,
    "GetQueueUrl": queues.get_queue_url,
    "ListDeadLetterSourceQueues": queues.list_dead_letter_source_queues,
    "ListMessageMoveTasks": move_tasks.list_message_move_tasks,
    "ListQueueTags": tags.list_queue_tags,
    "ListQueues": queues.list_queues,
    "PurgeQueue": queues.purge_queue,
    "ReceiveMessage": receiving.receive_message,
    "RemovePermission": permissions.remove_permission,
    "SendMessage": sending.send_message,
    "SendMessageBatch": sending.send_message_batch,
    "SetQueueAttributes": queues.set_queue_attributes,
    "StartMessageMoveTask": move_tasks.start_message_move_task,
    "TagQueue": tags.tag_queue,
    "UntagQueue": tags.untag_queue,
}
