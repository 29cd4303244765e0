"""Every documented number of Amazon MSK that is kept to here; the model has more.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html and the API reference.
"""

from typing import Final

BROKERS: Final = 90  # of an account in a region
SUBNETS: Final = (2, 3)  # of a provisioned cluster, each in a zone of its own
SERVERLESS_CLUSTERS: Final = 10  # of an account in a region
SERVERLESS_VPCS: Final = 5
CONFIGURATIONS: Final = 100  # of an account in a region
REVISIONS: Final = 50  # of a configuration
REPLICATORS: Final = 15  # of an account in a region
VOLUME_GB: Final = 16_384  # of a broker
THROUGHPUT_MIBPS: Final = (250, 2_375)  # that can be provisioned for a broker's volume
BATCHED_SECRETS: Final = 10  # in one BatchAssociateScramSecret
SECRETS: Final = 1_000  # of a cluster
TAGS: Final = 50
TAG_KEY_LETTERS: Final = 128
TAG_VALUE_LETTERS: Final = 256
POLICY_BYTES: Final = 20 * 1_024
PROPERTIES_BYTES: Final = 65_536  # of a configuration; AWS doesn't say
LISTED: Final = 100
OPERATIONS: Final = 1_000  # of a cluster, the newest ones; AWS forgets them after some months
