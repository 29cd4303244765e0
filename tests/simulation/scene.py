"""Where the simulation plays: its queues, what they may refuse, and what clients hold in their hands."""

from typing import Final

from tests.simulation.expected import Place

SECOND_MS: Final = 1_000
DAY_MS: Final = 86_400_000
START_MS: Final = 1_700_000_000_000
QUEUES: Final = {
    "plain": {"VisibilityTimeout": "20"},
    "dead": {},
    "orders.fifo": {"FifoQueue": "true", "VisibilityTimeout": "40"},
    "dead.fifo": {"FifoQueue": "true", "ContentBasedDeduplication": "true"},
    "groups.fifo": {"FifoQueue": "true", "DeduplicationScope": "messageGroup"},
}
DEAD_LETTERS: Final = {"plain": "dead", "orders.fifo": "dead.fifo", "groups.fifo": "dead.fifo"}
# What may be refused, and is no finding: the world doesn't look before it asks.
REFUSALS: Final = {
    "CreateQueue": {"QueueDeletedRecently", "QueueNameExists"},
    "PurgeQueue": {"PurgeQueueInProgress"},
    "SetQueueAttributes": {"InvalidAttributeValue", "InvalidParameterValueException"},
    "ChangeMessageVisibility": {"InvalidParameterValueException", "MessageNotInflight", "ReceiptHandleIsInvalid"},
    "StartMessageMoveTask": {"UnsupportedOperation", "InvalidParameterValueException", "ResourceNotFoundException"},
    "CancelMessageMoveTask": {"ResourceNotFoundException"},
}


class Handle:
    """A receipt handle that a client has seen, and what it stands for."""

    def __init__(self, queue: str, handle: str, body: str, place: Place) -> None:
        self.queue = queue
        self.handle = handle
        self.body = body
        self.place = place
