"""What a program with boto3 does with Kinesis, step by step; `refused` asks to be turned away.

One line a step; exit status 1 when a step fails. Needs the server's address in AWS_ENDPOINT_URL.
"""

import hashlib
import json
import sys
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from client import ENDPOINT, RUN, equal, raises, session

kinesis = session.client("kinesis", endpoint_url=ENDPOINT)
errors = kinesis.exceptions
HALF = str(2**127)
_LIMIT_S = 20

called = set()
kinesis.meta.events.register("before-call.kinesis", lambda model, **_others: called.add(model.name))


def stream(name, shards=1, **members):
    """The ARN of a new stream."""
    kinesis.create_stream(StreamName=f"{RUN}-{name}", ShardCount=shards, **members)
    kinesis.get_waiter("stream_exists").wait(StreamName=f"{RUN}-{name}")
    return summary(StreamName=f"{RUN}-{name}")["StreamARN"]


def summary(**members):
    return kinesis.describe_stream_summary(**members)["StreamDescriptionSummary"]


def put(arn, *data, key="k", **members):
    """The sequence numbers of new records."""
    return [
        kinesis.put_record(StreamARN=arn, Data=each, PartitionKey=key, **members)["SequenceNumber"] for each in data
    ]


def read(arn, kind="TRIM_HORIZON", shard="shardId-000000000000", **members):
    """The data of a shard, and the last answer."""
    found = []
    iterator = kinesis.get_shard_iterator(StreamARN=arn, ShardId=shard, ShardIteratorType=kind, **members)
    token = iterator["ShardIterator"]
    while True:
        answer = kinesis.get_records(StreamARN=arn, ShardIterator=token)
        found += [record["Data"] for record in answer["Records"]]
        token = answer.get("NextShardIterator")
        if token is None or not answer["Records"]:
            return found, answer


def shards(arn, **members):
    return kinesis.list_shards(StreamARN=arn, **members)["Shards"]


def consumer(arn, name="app"):
    return kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)["Consumer"]["ConsumerARN"]


class Subscribed:
    """A subscription, read in a thread of its own."""

    def __init__(self, own_arn, kind="LATEST", shard="shardId-000000000000", **members):
        position = {"Type": kind, **members}
        self._stream = kinesis.subscribe_to_shard(ConsumerARN=own_arn, ShardId=shard, StartingPosition=position)
        self.events = []
        self.error = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for event in self._stream["EventStream"]:
                with self._changed:
                    self.events.append(event["SubscribeToShardEvent"])
                    self._changed.notify_all()
        except ClientError as error:
            self.error = error

    @property
    def data(self):
        return [record["Data"] for event in self.events for record in event["Records"]]

    def until(self, so):
        with self._changed:
            assert self._changed.wait_for(so, _LIMIT_S), self.events

    def end(self):
        self._thread.join(_LIMIT_S)
        assert not self._thread.is_alive()
        self._stream["EventStream"].close()


def streams():
    arn = stream("streams", 2, Tags={"team": "river"})
    found = kinesis.describe_stream(StreamName=f"{RUN}-streams")["StreamDescription"]
    equal((found["StreamARN"], found["StreamStatus"], len(found["Shards"])), (arn, "ACTIVE", 2))
    raises(errors.ResourceInUseException, kinesis.create_stream, StreamName=f"{RUN}-streams", ShardCount=1)
    pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 1})
    assert f"{RUN}-streams" in [name for page in pages for name in page["StreamNames"]]
    kinesis.add_tags_to_stream(StreamARN=arn, Tags={"größe": "Fluß"})
    kinesis.remove_tags_from_stream(StreamARN=arn, TagKeys=["team"])
    equal(kinesis.list_tags_for_stream(StreamARN=arn)["Tags"], [{"Key": "größe", "Value": "Fluß"}])
    kinesis.tag_resource(ResourceARN=arn, Tags={"a": "b"})
    kinesis.untag_resource(ResourceARN=arn, TagKeys=["größe"])
    equal(kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "a", "Value": "b"}])
    kinesis.delete_stream(StreamARN=arn)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=f"{RUN}-streams")
    raises(errors.ResourceNotFoundException, kinesis.describe_stream_summary, StreamARN=arn)


def settings():
    arn = stream("settings")
    kinesis.increase_stream_retention_period(StreamARN=arn, RetentionPeriodHours=48)
    kinesis.decrease_stream_retention_period(StreamARN=arn, RetentionPeriodHours=36)
    kinesis.start_stream_encryption(StreamARN=arn, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=2048)
    kinesis.enable_enhanced_monitoring(StreamARN=arn, ShardLevelMetrics=["IncomingBytes"])
    found = summary(StreamARN=arn)
    equal((found["RetentionPeriodHours"], found["EncryptionType"], found["MaxRecordSizeInKiB"]), (36, "KMS", 2048))
    equal(found["EnhancedMonitoring"], [{"ShardLevelMetrics": ["IncomingBytes"]}])
    kinesis.disable_enhanced_monitoring(StreamARN=arn, ShardLevelMetrics=["ALL"])
    kinesis.stop_stream_encryption(StreamARN=arn, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.update_stream_record_distribution_strategy(StreamARN=arn, RecordDistributionStrategy="AUTO")
    equal(summary(StreamARN=arn)["StreamModeDetails"], {"StreamMode": "ON_DEMAND"})
    kinesis.update_account_settings(MinimumThroughputBillingCommitment={"Status": "ENABLED"})
    assert kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"].startswith("ENABLED")
    kinesis.update_stream_warm_throughput(StreamARN=arn, WarmThroughputMiBps=10)
    equal(summary(StreamARN=arn)["WarmThroughput"]["TargetMiBps"], 10)
    assert kinesis.describe_limits()["OnDemandStreamCount"] >= 1


def records():
    arn = stream("records", 2)
    one = kinesis.put_record(StreamARN=arn, Data=b"\x00\xff", PartitionKey="größe", ExplicitHashKey="0")
    equal(one["ShardId"], "shardId-000000000000")
    later = kinesis.put_record(
        StreamARN=arn,
        Data=b"later",
        PartitionKey="k",
        ExplicitHashKey="0",
        SequenceNumberForOrdering=one["SequenceNumber"],
    )
    assert int(later["SequenceNumber"]) > int(one["SequenceNumber"])
    many = [{"Data": b"%d" % n, "PartitionKey": str(n)} for n in range(500)]
    answer = kinesis.put_records(StreamARN=arn, Records=many)
    equal((answer["FailedRecordCount"], len(answer["Records"])), (0, 500))
    for n, placed in enumerate(answer["Records"]):
        is_high = int(hashlib.md5(str(n).encode()).hexdigest(), 16) >= 2**127
        equal(placed["ShardId"], f"shardId-{is_high:012}")
    found = [record for shard in range(2) for record in read(arn, shard=f"shardId-{shard:012}")[0]]
    equal(sorted(found), sorted([b"\x00\xff", b"later", *(b"%d" % n for n in range(500))]))


def iterators():
    arn = stream("iterators")
    numbers = put(arn, b"1", b"2", b"3")
    middle = datetime.now(UTC)
    time.sleep(0.01)  # the server's clock has milliseconds
    put(arn, b"4")
    latest = kinesis.get_shard_iterator(StreamARN=arn, ShardId="shardId-0", ShardIteratorType="LATEST")["ShardIterator"]
    put(arn, b"5")
    equal([record["Data"] for record in kinesis.get_records(ShardIterator=latest)["Records"]], [b"5"])
    equal(read(arn)[0], [b"1", b"2", b"3", b"4", b"5"])
    equal(read(arn, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1])[0], [b"2", b"3", b"4", b"5"])
    equal(read(arn, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1])[0], [b"3", b"4", b"5"])
    equal(read(arn, "AT_TIMESTAMP", Timestamp=middle + timedelta(milliseconds=1))[0], [b"4", b"5"])
    first = kinesis.get_records(ShardIterator=latest, Limit=1)
    equal((len(first["Records"]), first["MillisBehindLatest"]), (1, 0))
    raises(errors.InvalidArgumentException, kinesis.get_records, ShardIterator="AAAA")


def resharding():
    arn = stream("resharding")
    put(arn, b"before")
    kinesis.split_shard(StreamARN=arn, ShardToSplit="shardId-000000000000", NewStartingHashKey=HALF)
    found, answer = read(arn)
    equal(found, [b"before"])
    assert "NextShardIterator" not in answer
    children = answer["ChildShards"]
    equal([child["ParentShards"] for child in children], [["shardId-000000000000"]] * 2)
    put(arn, b"low", ExplicitHashKey="0")
    put(arn, b"high", ExplicitHashKey=HALF)
    equal([read(arn, shard=child["ShardId"])[0] for child in children], [[b"low"], [b"high"]])
    low, high = (child["ShardId"] for child in children)
    kinesis.merge_shards(StreamARN=arn, ShardToMerge=low, AdjacentShardToMerge=high)
    [child] = read(arn, shard=low)[1]["ChildShards"]
    equal(child["ParentShards"], [low, high])
    kinesis.update_shard_count(StreamARN=arn, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    equal(summary(StreamARN=arn)["OpenShardCount"], 2)
    equal(len(shards(arn, ShardFilter={"Type": "AT_LATEST"})), 2)


def consumers():
    arn = stream("consumers")
    own = consumer(arn)
    described = kinesis.describe_stream_consumer(ConsumerARN=own)["ConsumerDescription"]
    equal((described["ConsumerStatus"], described["StreamARN"]), ("ACTIVE", arn))
    equal([each["ConsumerARN"] for each in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]], [own])
    statement = {"Effect": "Deny", "Principal": "*", "Action": "kinesis:SubscribeToShard", "Resource": own}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    kinesis.put_resource_policy(ResourceARN=own, Policy=policy)
    equal(kinesis.get_resource_policy(ResourceARN=own)["Policy"], policy)
    raises(errors.AccessDeniedException, Subscribed, own)
    kinesis.delete_resource_policy(ResourceARN=own)
    kinesis.deregister_stream_consumer(ConsumerARN=own)
    raises(errors.ResourceNotFoundException, Subscribed, own)


def fanout():
    arn = stream("fanout")
    own = consumer(arn)
    numbers = put(arn, b"1", b"2")
    everything = Subscribed(own, "TRIM_HORIZON")
    everything.until(lambda: everything.data == [b"1", b"2"])
    raises(errors.ResourceInUseException, Subscribed, own)
    second = Subscribed(consumer(arn, "second"), "AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[0])
    new = put(arn, b"3")
    for each, expected in ((everything, [b"1", b"2", b"3"]), (second, [b"2", b"3"])):
        each.until(lambda each=each, expected=expected: each.data == expected)
        equal(each.events[-1]["ContinuationSequenceNumber"], new[0])
    count = len(second.events)
    second.until(lambda: len(second.events) > count)  # without a record, within five seconds
    equal(second.events[-1]["Records"], [])
    kinesis.split_shard(StreamARN=arn, ShardToSplit="shardId-000000000000", NewStartingHashKey=HALF)
    for each in (everything, second):
        each.end()
        equal([child["ParentShards"] for child in each.events[-1]["ChildShards"]], [["shardId-000000000000"]] * 2)
        assert each.error is None, each.error
    child = Subscribed(own, "TRIM_HORIZON", "shardId-000000000001")
    put(arn, b"4", ExplicitHashKey="0")
    child.until(lambda: child.data == [b"4"])
    kinesis.delete_stream(StreamARN=arn, EnforceConsumerDeletion=True)
    child.end()
    equal(child.error.response["Error"]["Code"], "ResourceNotFoundException")


def refusals():
    arn = stream("refusals")
    kind = errors.InvalidArgumentException
    raises(kind, kinesis.put_record, StreamARN=arn, Data=b"x", PartitionKey="k", ExplicitHashKey=str(2**128))
    error = raises(ClientError, kinesis.put_record, StreamARN=arn, Data=b"x" * (1024 * 1024 + 1), PartitionKey="k")
    equal(error.response["Error"]["Code"], "ValidationException")
    raises(errors.ResourceNotFoundException, kinesis.put_record, StreamName=f"{RUN}-no", Data=b"x", PartitionKey="k")
    raises(errors.LimitExceededException, kinesis.create_stream, StreamName=f"{RUN}-huge", ShardCount=10**9)
    error = raises(ClientError, kinesis.put_record, StreamARN=arn, Data=b"x", PartitionKey="k", DryRun=True)
    equal(error.response["Error"]["Code"], "DryRunOperationException")
    equal(read(arn)[0], [])


def operations():
    """All but queues on streams and channels."""
    names = kinesis.meta.service_model.operation_names
    equal({name for name in names if "Queue" not in name and "Channel" not in name} - called, set())


STEPS = [streams, settings, records, iterators, resharding, consumers, fanout, refusals, operations]


def refused():
    error = raises(ClientError, kinesis.list_streams)
    print("refused", error.response["Error"]["Code"])


def main():
    failures = 0
    for step in STEPS:
        try:
            step()
            print("ok", step.__name__)
        except Exception:  # noqa: BLE001 - the other steps are taken all the same
            failures += 1
            print("FAILED", step.__name__)
            traceback.print_exc()
    kinesis.close()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    refused() if sys.argv[1:] == ["refused"] else main()
