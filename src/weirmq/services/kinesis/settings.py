"""What can be set of a stream: retention, mode, encryption, monitoring, record size, warm throughput, distribution.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html
"""

from collections.abc import Sequence
from typing import Final

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts, quotas
from weirmq.services.kinesis.limits import MODE_CHANGES, MODE_WINDOW_MS, RETENTION_H, WARM_MIBPS
from weirmq.services.kinesis.model import BY_KEY, ON_DEMAND, Stream
from weirmq.services.kinesis.service import Kinesis
from weirmq.services.kinesis.streams import warm_throughput_of
from weirmq.wire.aws.types.kinesis import (
    DecreaseStreamRetentionPeriodInput,
    DisableEnhancedMonitoringInput,
    EnableEnhancedMonitoringInput,
    EnhancedMonitoringOutput,
    IncreaseStreamRetentionPeriodInput,
    MetricsName,
    StartStreamEncryptionInput,
    StopStreamEncryptionInput,
    UpdateMaxRecordSizeInput,
    UpdateStreamModeInput,
    UpdateStreamRecordDistributionStrategyInput,
    UpdateStreamWarmThroughputInput,
    UpdateStreamWarmThroughputOutput,
)

METRICS: Final[tuple[MetricsName, ...]] = (
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
)  # fmt: skip


# Retention


def increase_stream_retention_period(service: Kinesis, call: Call, request: IncreaseStreamRetentionPeriodInput) -> None:
    """Keep records for longer; those that are past the old period stay gone. Raises InvalidArgument."""
    action = "kinesis:IncreaseStreamRetentionPeriod"
    stream = service.find(call, request.StreamName, request.StreamARN, action)
    hours = _hours(request.RetentionPeriodHours)
    if hours < stream.retention_h:
        raise errors.invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be shorter than existing "
            f"retention period ({stream.retention_h} hours). Use DecreaseRetentionPeriod API."
        )
    if hours > stream.retention_h:
        service.commit(call.now_ms, facts.RetentionSet(stream.number, hours))


def decrease_stream_retention_period(service: Kinesis, call: Call, request: DecreaseStreamRetentionPeriodInput) -> None:
    """Keep records for less long; those past the new period are gone at once. Raises InvalidArgument."""
    action = "kinesis:DecreaseStreamRetentionPeriod"
    stream = service.find(call, request.StreamName, request.StreamARN, action)
    hours = _hours(request.RetentionPeriodHours)
    if hours > stream.retention_h:
        raise errors.invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be longer than existing "
            f"retention period ({stream.retention_h} hours). Use IncreaseRetentionPeriod API."
        )
    if hours < stream.retention_h:
        service.commit(call.now_ms, facts.RetentionSet(stream.number, hours))


def _hours(hours: int) -> int:
    least, most = RETENTION_H
    if hours < least:
        raise errors.invalid(
            f"Minimum allowed retention period is {least} hours. Requested retention period ({hours} "
            "hours) is too short."
        )
    if hours > most:
        raise errors.invalid(
            f"Maximum allowed retention period is {most} hours. Requested retention period ({hours} hours) is too long."
        )
    return hours


# Mode


def update_stream_mode(service: Kinesis, call: Call, request: UpdateStreamModeInput) -> None:
    """PROVISIONED or ON_DEMAND, at most twice in 24 hours; the shards stay. Raises LimitExceeded, Validation."""
    stream = service.find(call, None, request.StreamARN, "kinesis:UpdateStreamMode")
    mode = request.StreamModeDetails.StreamMode
    warm = None
    if request.WarmThroughputMiBps is not None:
        warm = quotas.check_warm_throughput(service, call, mode, request.WarmThroughputMiBps, WARM_MIBPS)
    if mode == stream.mode:
        raise errors.in_use(f"Stream {stream.name} under account {stream.account} is in {mode} mode already.")
    recent = [ms for ms in stream.mode_changes_ms if ms > call.now_ms - MODE_WINDOW_MS]
    if len(recent) >= MODE_CHANGES:
        raise errors.limit(f"Stream mode can be changed {MODE_CHANGES} times in 24 hours.")
    changes: list[Fact] = [facts.ModeSet(stream.number, mode)]
    if mode == ON_DEMAND:
        quotas.check_on_demand(service, call)
    else:
        quotas.check_shards(service, call, len(stream.open))
        changes.append(facts.DistributionSet(stream.number, BY_KEY))
    if warm is not None or stream.warm_mibps:
        changes.append(facts.WarmThroughputSet(stream.number, warm or 0))
    service.commit(call.now_ms, *changes)


def update_stream_warm_throughput(
    service: Kinesis, call: Call, request: UpdateStreamWarmThroughputInput
) -> UpdateStreamWarmThroughputOutput:
    """How many MiB a second a stream on demand is to be ready for. Raises Validation, InvalidArgument."""
    action = "kinesis:UpdateStreamWarmThroughput"
    stream = service.find(call, request.StreamName, request.StreamARN, action)
    mibps = quotas.check_warm_throughput(service, call, stream.mode, request.WarmThroughputMiBps, WARM_MIBPS)
    service.commit(call.now_ms, facts.WarmThroughputSet(stream.number, mibps))
    return UpdateStreamWarmThroughputOutput(
        StreamARN=stream.arn, StreamName=stream.name, WarmThroughput=warm_throughput_of(stream)
    )


def update_stream_record_distribution_strategy(
    service: Kinesis, call: Call, request: UpdateStreamRecordDistributionStrategyInput
) -> None:
    """AUTO spreads records over the shards whatever their keys. Raises InvalidArgument."""
    action = "kinesis:UpdateStreamRecordDistributionStrategy"
    stream = service.find(call, None, request.StreamARN, action)
    if stream.mode != ON_DEMAND:
        raise errors.invalid("Record distribution strategies are supported for streams in ON_DEMAND mode only.")
    if request.RecordDistributionStrategy != stream.distribution:
        service.commit(call.now_ms, facts.DistributionSet(stream.number, request.RecordDistributionStrategy))


def update_max_record_size(service: Kinesis, call: Call, request: UpdateMaxRecordSizeInput) -> None:
    """How large a record may be, data and key. Raises ResourceNotFound."""
    stream = service.find(call, None, request.StreamARN, "kinesis:UpdateMaxRecordSize")
    if request.MaxRecordSizeInKiB != stream.max_record_kib:
        service.commit(call.now_ms, facts.MaxRecordSizeSet(stream.number, request.MaxRecordSizeInKiB))


# Encryption: an attribute; the operator encrypts the disk


def start_stream_encryption(service: Kinesis, call: Call, request: StartStreamEncryptionInput) -> None:
    """Name a KMS key. Raises InvalidArgument."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:StartStreamEncryption")
    if request.EncryptionType != "KMS":
        raise errors.invalid("EncryptionType must be KMS.")
    if request.KeyId != stream.key_id:
        service.commit(call.now_ms, facts.EncryptionSet(stream.number, request.KeyId))


def stop_stream_encryption(service: Kinesis, call: Call, request: StopStreamEncryptionInput) -> None:
    """Name none any more. Raises InvalidArgument."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:StopStreamEncryption")
    if request.EncryptionType != "KMS":
        raise errors.invalid("EncryptionType must be KMS.")
    if stream.key_id:
        service.commit(call.now_ms, facts.EncryptionSet(stream.number, ""))


# Enhanced monitoring


def enable_enhanced_monitoring(
    service: Kinesis, call: Call, request: EnableEnhancedMonitoringInput
) -> EnhancedMonitoringOutput:
    """Switch shard-level metrics on. Answers what was on, and what is."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:EnableEnhancedMonitoring")
    named = _named(request.ShardLevelMetrics)
    return _set_metrics(service, call, stream, [name for name in METRICS if name in stream.metrics or name in named])


def disable_enhanced_monitoring(
    service: Kinesis, call: Call, request: DisableEnhancedMonitoringInput
) -> EnhancedMonitoringOutput:
    """Switch shard-level metrics off. Answers what was on, and what is."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:DisableEnhancedMonitoring")
    named = _named(request.ShardLevelMetrics)
    return _set_metrics(service, call, stream, [name for name in stream.metrics if name not in named])


def _named(names: Sequence[MetricsName]) -> Sequence[MetricsName]:
    return METRICS if "ALL" in names else names


def _set_metrics(service: Kinesis, call: Call, stream: Stream, after: list[MetricsName]) -> EnhancedMonitoringOutput:
    before = stream.metrics
    if after != before:
        service.commit(call.now_ms, facts.MetricsSet(stream.number, after))
    return EnhancedMonitoringOutput(
        StreamName=stream.name,
        CurrentShardLevelMetrics=list(before),
        DesiredShardLevelMetrics=list(after),
        StreamARN=stream.arn,
    )
