"""Every documented number of Kinesis Data Streams.

Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html and the API reference.
"""

from typing import Final

from weirmq.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

MIB: Final = 1_048_576
RECORDS_PUT: Final = 500  # in one PutRecords; the model has it too
PUT_BYTES: Final = 10 * MIB  # of one PutRecords, keys counted
RECORD_KIB: Final = (1_024, 10_240)  # MaxRecordSizeInKiB: the default and the most
RECORDS_GOT: Final = 10_000  # by one GetRecords
GOT_BYTES: Final = 10 * MIB
ITERATOR_MS: Final = 5 * MINUTE_MS
TOKEN_MS: Final = 5 * MINUTE_MS  # how long a NextToken is good
RETENTION_H: Final = (24, 8_760)
SHARDS: Final = 20_000  # of an account in a region: the default quota of the largest regions
ON_DEMAND_STREAMS: Final = 50  # of an account in a region
ON_DEMAND_SHARDS: Final = 4  # of a new on-demand stream
ON_DEMAND_MOST_SHARDS: Final = 10 * 1_024  # 10 GiB/s: what a stream may grow to in the largest regions
PEAK_DAYS: Final = 30  # a stream on demand takes double the peak of so many days
GROWTH_MS: Final = 15 * MINUTE_MS  # in which a stream on demand can't do more than double
SHARD_BYTES: Final = MIB  # that a shard takes in a second
SHARD_RECORDS: Final = 1_000
READ_BYTES: Final = 2 * MIB  # that GetRecords gives of a shard in a second
READ_CALLS: Final = 5
SHARD_COUNT_UPDATES: Final = 10  # of a stream in a day
SHARD_COUNT_WINDOW_MS: Final = DAY_MS
SHARD_COUNT: Final = 10_000  # the most that UpdateShardCount makes
ENCRYPTION_CHANGES: Final = 25  # of a stream in a day, in either direction
ENCRYPTION_WINDOW_MS: Final = DAY_MS
MODE_CHANGES: Final = 2  # of a stream in a day
MODE_WINDOW_MS: Final = DAY_MS
CONSUMERS: Final = (20, 50)  # of a stream; the second on demand with a minimum throughput billing commitment
SUBSCRIBED_MS: Final = 5 * MINUTE_MS  # the life of a subscription
SUBSCRIBED_AGAIN_MS: Final = 5 * SECOND_MS  # from when on another one may take over
QUEUE_VISIBILITY_S: Final = 30  # of a queue that is created without one; the model has the range, as of the others
QUEUE_MAX_RECEIVES: Final = 6  # before a record becomes a dead letter; the same
QUEUE_RECEIVED: Final = 10  # records, by one receive without a Limit
QUEUE_WAIT_S: Final = 9  # of a receive that doesn't say for how long
TAGS: Final = 50
LISTED_SHARDS: Final = 1_000
DESCRIBED_SHARDS: Final = 100
LISTED_STREAMS: Final = 100
LISTED_CONSUMERS: Final = 100
LISTED_QUEUES: Final = 100  # without MaxResults; AWS doesn't say
WARM_MIBPS: Final = 10 * 1_024  # of a stream
COMMITMENT_MS: Final = 24 * HOUR_MS  # the least time that a billing commitment stands
POLICY_BYTES: Final = 20 * 1_024

# How long a state lasts with `kinesis_strict`. AWS promises no times; these are what one sees, and what its pages say:
# some 30 seconds for a split or merge, a few minutes for a new number of shards, a few seconds for the rest.
CREATING_MS: Final = 15 * SECOND_MS
DELETING_MS: Final = 15 * SECOND_MS
RESHARDING_MS: Final = 30 * SECOND_MS
SCALING_MS: Final = 2 * MINUTE_MS
SETTING_MS: Final = 5 * SECOND_MS
CONSUMER_MS: Final = 10 * SECOND_MS  # to come and to go

# Enforced with `kinesis_strict` only, besides what a shard takes and gives
STREAMS_CREATING: Final = 5  # of an account in a region
CONSUMERS_CREATING: Final = 5  # of a stream
