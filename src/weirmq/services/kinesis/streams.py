"""CreateStream, DeleteStream, DescribeStream, DescribeStreamSummary, ListStreams.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html
"""

from base64 import b32encode
from bisect import bisect_right
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kinesis import errors, facts, quotas, tags
from weirmq.services.kinesis.limits import (
    CREATING_MS,
    DELETING_MS,
    DESCRIBED_SHARDS,
    LISTED_STREAMS,
    ON_DEMAND_SHARDS,
    RECORD_KIB,
    WARM_MIBPS,
)
from weirmq.services.kinesis.model import BY_KEY, ON_DEMAND, PROVISIONED, Mode, Stream
from weirmq.services.kinesis.service import Kinesis
from weirmq.services.kinesis.shards import shown
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import (
    CreateStreamInput,
    DeleteStreamInput,
    DescribeStreamInput,
    DescribeStreamOutput,
    DescribeStreamSummaryInput,
    DescribeStreamSummaryOutput,
    EnhancedMetrics,
    ListStreamsInput,
    ListStreamsOutput,
    StreamDescription,
    StreamDescriptionSummary,
    StreamModeDetails,
    StreamSummary,
    WarmThroughputObject,
)

ID_BYTES: Final = 15  # of a stream's id: 24 letters of base 32
_TOKEN: Final = "streams"  # noqa: S105 - a kind of token


def create_stream(service: Kinesis, call: Call, request: CreateStreamInput) -> None:
    """A new stream; with neither a mode nor a number of shards on demand, with four.

    Raises ResourceInUse, LimitExceeded, InvalidArgument, Validation.
    """
    account, name = call.caller.account, request.StreamName
    own_arn = arn.build("kinesis", call.region, account, f"stream/{name}")
    authorize(call, "kinesis:CreateStream", own_arn)
    if request.Tags:
        authorize(call, "kinesis:AddTagsToStream", own_arn)
    mode = _mode_of(request)
    if (account, call.region, name) in service.machine.by_name:
        raise errors.in_use(f"Stream {name} under account {account} already exists.")
    given = tags.check({}, request.Tags or {}, f"stream {name} under account {account}")
    quotas.check_creating(service, call)
    warm = _warm_throughput(service, call, request, mode)
    count = max(_shard_count(service, call, request, mode), warm)
    letters = b32encode(service.entropy.take(ID_BYTES)).decode().lower()
    number = service.machine.next_stream
    service.commit(
        call.now_ms,
        facts.StreamCreated(
            number, account, call.region, name, f"{letters[:20]}-{letters[20:23]}", mode, count,
            given, warm, request.MaxRecordSizeInKiB or RECORD_KIB[0], request.RecordDistributionStrategy or BY_KEY,
        ),
        *service.changed(call.now_ms, number, CREATING_MS, status="CREATING"),
    )  # fmt: skip


def _mode_of(request: CreateStreamInput) -> Mode:
    """The stream's mode. Raises InvalidArgument, Validation where members don't go together."""
    if request.StreamModeDetails is not None:
        mode: Mode = request.StreamModeDetails.StreamMode
    else:
        mode = ON_DEMAND if request.ShardCount is None else PROVISIONED
    if mode == ON_DEMAND and request.ShardCount is not None:
        raise errors.validation("ShardCount can only be set for streams in PROVISIONED mode.")
    if mode == PROVISIONED and request.ShardCount is None:
        raise errors.validation("ShardCount is required for streams in PROVISIONED mode.")
    if mode == PROVISIONED and request.RecordDistributionStrategy == "AUTO":
        raise errors.invalid("RecordDistributionStrategy AUTO is supported for streams in ON_DEMAND mode only.")
    return mode


def _shard_count(service: Kinesis, call: Call, request: CreateStreamInput, mode: str) -> int:
    """How many shards the stream begins with. Raises LimitExceeded."""
    if mode == PROVISIONED:
        count = request.ShardCount or 0
        quotas.check_shards(service, call, count)
        return count
    quotas.check_on_demand(service, call)
    return ON_DEMAND_SHARDS


def _warm_throughput(service: Kinesis, call: Call, request: CreateStreamInput, mode: str) -> int:
    """MiB a second, 0 where none is asked for. Raises Validation."""
    if request.WarmThroughputMiBps is None:
        return 0
    return quotas.check_warm_throughput(service, call, mode, request.WarmThroughputMiBps, WARM_MIBPS)


def delete_stream(service: Kinesis, call: Call, request: DeleteStreamInput) -> None:
    """Delete a stream with all its records. Raises ResourceNotFound, ResourceInUse."""
    stream = service.find_active(call, request.StreamName, request.StreamARN, "kinesis:DeleteStream")
    if stream.consumers and not request.EnforceConsumerDeletion:
        raise errors.in_use(
            f"Stream {stream.name} under account {stream.account} has enhanced fan-out consumers. Deregister them, or"
            " set EnforceConsumerDeletion."
        )
    if service.machine.queues.of(stream):
        raise errors.in_use(f"Stream {stream.name} under account {stream.account} has queues. Delete them first.")
    service.change(call.now_ms, stream, DELETING_MS, facts.StreamDeleted(stream.number), status="DELETING")


def describe_stream(service: Kinesis, call: Call, request: DescribeStreamInput) -> DescribeStreamOutput:
    """A stream with a page of its shards. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:DescribeStream")
    after = -1
    if request.ExclusiveStartShardId is not None:
        after = service.shard(stream, request.ExclusiveStartShardId).index
    most = min(request.Limit or DESCRIBED_SHARDS, DESCRIBED_SHARDS)
    found = [shard for shard in stream.known_shards if shard.index > after]
    return DescribeStreamOutput(
        StreamDescription=StreamDescription(
            StreamName=stream.name,
            StreamARN=stream.arn,
            StreamStatus=stream.status,
            StreamModeDetails=mode_of(stream),
            Shards=[shown(shard) for shard in found[:most]],
            HasMoreShards=len(found) > most,
            RetentionPeriodHours=stream.retention_h,
            StreamCreationTimestamp=Timestamp(stream.created_ms),
            EnhancedMonitoring=monitoring_of(stream),
            EncryptionType="KMS" if stream.key_id else "NONE",
            KeyId=stream.key_id or None,
        )
    )


def mode_of(stream: Stream) -> StreamModeDetails:
    """PROVISIONED or ON_DEMAND, as it is described."""
    return StreamModeDetails(StreamMode=stream.mode)


def monitoring_of(stream: Stream) -> list[EnhancedMetrics]:
    """The shard-level metrics that are on, as they are described."""
    return [EnhancedMetrics(ShardLevelMetrics=list(stream.metrics))]


def describe_stream_summary(
    service: Kinesis, call: Call, request: DescribeStreamSummaryInput
) -> DescribeStreamSummaryOutput:
    """A stream without its shards. Raises ResourceNotFound."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:DescribeStreamSummary")
    is_on_demand = stream.mode == ON_DEMAND
    return DescribeStreamSummaryOutput(
        StreamDescriptionSummary=StreamDescriptionSummary(
            StreamName=stream.name,
            StreamARN=stream.arn,
            StreamStatus=stream.status,
            StreamModeDetails=mode_of(stream),
            RetentionPeriodHours=stream.retention_h,
            StreamCreationTimestamp=Timestamp(stream.created_ms),
            EnhancedMonitoring=monitoring_of(stream),
            EncryptionType="KMS" if stream.key_id else "NONE",
            KeyId=stream.key_id or None,
            OpenShardCount=sum(not shard.closed_ms for shard in stream.known_shards),
            ConsumerCount=len(stream.consumers),
            QueueCount=len(service.machine.queues.of(stream)),
            WarmThroughput=_warm_throughput_of(service, stream, call.now_ms),
            MaxRecordSizeInKiB=stream.max_record_kib,
            RecordDistributionStrategy=stream.distribution if is_on_demand else None,
        )
    )


def _warm_throughput_of(service: Kinesis, stream: Stream, now_ms: int) -> WarmThroughputObject | None:
    """What is asked for, and what is there; only of streams on demand, and with a billing commitment."""
    if stream.mode != ON_DEMAND or not quotas.has_commitment(service, stream.account, stream.region, now_ms):
        return None
    coming = stream.change.then if stream.change else []
    targets = [fact.mibps for fact in coming if isinstance(fact, facts.WarmThroughputSet)]
    target = targets[0] if targets else stream.warm_mibps
    return WarmThroughputObject(TargetMiBps=target or None, CurrentMiBps=len(stream.open))


def list_streams(service: Kinesis, call: Call, request: ListStreamsInput) -> ListStreamsOutput:
    """The caller's streams in the region, by name. Raises InvalidArgument, ExpiredNextToken."""
    authorize(call, "kinesis:ListStreams", "*")
    after = request.ExclusiveStartStreamName or ""
    if request.NextToken is not None:
        [after] = service.read_token(_TOKEN, request.NextToken, call.now_ms)
    account = call.caller.account
    names = sorted(name for owner, region, name in service.machine.by_name if (owner, region) == (account, call.region))
    start = bisect_right(names, after) if after else 0
    most = min(request.Limit or LISTED_STREAMS, LISTED_STREAMS)
    page = names[start : start + most]
    has_more = start + most < len(names)
    found = [service.machine.by_name[account, call.region, name] for name in page]
    return ListStreamsOutput(
        StreamNames=page,
        HasMoreStreams=has_more,
        NextToken=service.token(_TOKEN, call.now_ms, page[-1]) if has_more else None,
        StreamSummaries=[
            StreamSummary(
                StreamName=stream.name,
                StreamARN=stream.arn,
                StreamStatus=stream.status,
                StreamModeDetails=mode_of(stream),
                StreamCreationTimestamp=Timestamp(stream.created_ms),
            )
            for stream in found
        ],
    )
