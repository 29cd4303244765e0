"""Every documented number of SQS.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html and the API
reference.
"""

from typing import Final

from weirmq.kernel.clock import MINUTE_MS, SECOND_MS

MAX_MESSAGE_BYTES: Final = 1_048_576  # also a whole batch; attributes counted
MIN_MESSAGE_BYTES: Final = 1_024  # of MaximumMessageSize
BATCH_ENTRIES: Final = 10
BATCH_ID_LETTERS: Final = 80
MESSAGE_ATTRIBUTES: Final = 10
ATTRIBUTE_NAME_LETTERS: Final = 256
RECEIVED_AT_ONCE: Final = 10
WAIT_S: Final = 20
DELAY_S: Final = 900
VISIBILITY_S: Final = 43_200  # twelve hours, from the receive on
RETENTION_S: Final = (60, 1_209_600)
STANDARD_IN_FLIGHT: Final = 120_000  # OverLimit beyond
FIFO_IN_FLIGHT: Final = 120_000  # nothing is received beyond
GROUP_ID_LETTERS: Final = 128  # deduplication ids and attempt ids too
DEDUPLICATION_MS: Final = 5 * MINUTE_MS
DELETED_NAME_MS: Final = 60 * SECOND_MS  # before a deleted queue's name is free
PURGE_MS: Final = 60 * SECOND_MS  # between two PurgeQueue
QUEUE_NAME_LETTERS: Final = 80
LISTED: Final = 1_000  # queues in a page
TAGS: Final = 50
MAX_RECEIVE_COUNT: Final = 1_000  # of a RedrivePolicy
REDRIVE_SOURCES: Final = 10  # ARNs in a RedriveAllowPolicy
POLICY_ACTIONS: Final = 7  # in a statement
POLICY_BYTES: Final = 8_192
TASKS_LISTED: Final = 10
TASK_RATE: Final = 500  # messages a second, at most
KMS_REUSE_S: Final = (60, 86_400)
