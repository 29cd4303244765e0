"""What can be set of a stream: retention, mode, encryption, monitoring, record size, warm throughput, distribution.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html
"""

from collections.abc import Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts, quotas
from weirmq.services.kinesis.facts import KinesisFact
from weirmq.services.kinesis.limits import (
    ENCRYPTION_CHANGES,
    ENCRYPTION_WINDOW_MS,
    MODE_CHANGES,
    MODE_WINDOW_MS,
    RETENTION_H,
    SCALING_MS,
    SETTING_MS,
    WARM_MIBPS,
)
from weirmq.services.kinesis.model import BY_KEY, ON_DEMAND, Stream
from weirmq.services.kinesis.planning import resharded
from weirmq.services.kinesis.scaling import shards_needed
from weirmq.services.kinesis.service import Kinesis
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
    WarmThroughputObject,
)

METRICS: Final[tuple[MetricsName, ...]] = (
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
)  # fmt: skip


# Retention


def increase_stream_retention_period(service: Kinesis, call: Call, request: IncreaseStreamRetentionPeriodInput) -> None:
    """Keep records for longer; those that are past the old period stay gone. Raises InvalidArgument."""
    action = "kinesis:IncreaseStreamRetentionPeriod"
    stream = service.find_active(call, request.StreamName, request.StreamARN, action)
    hours = _hours(request.RetentionPeriodHours)
    if hours < stream.retention_h:
        raise errors.invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be shorter than existing "
            f"retention period ({stream.retention_h} hours). Use DecreaseRetentionPeriod API."
        )
    if hours > stream.retention_h:
        service.change(call.now_ms, stream, SETTING_MS, facts.RetentionSet(stream.number, hours))


def decrease_stream_retention_period(service: Kinesis, call: Call, request: DecreaseStreamRetentionPeriodInput) -> None:
    """Keep records for less long; those past the new period are gone at once. Raises InvalidArgument."""
    action = "kinesis:DecreaseStreamRetentionPeriod"
    stream = service.find_active(call, request.StreamName, request.StreamARN, action)
    hours = _hours(request.RetentionPeriodHours)
    if hours > stream.retention_h:
        raise errors.invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be longer than existing "
            f"retention period ({stream.retention_h} hours). Use IncreaseRetentionPeriod API."
        )
    if hours < stream.retention_h:
        service.change(call.now_ms, stream, SETTING_MS, facts.RetentionSet(stream.number, hours))


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
    stream = service.find_active(call, None, request.StreamARN, "kinesis:UpdateStreamMode")
    mode = request.StreamModeDetails.StreamMode
    warm = None
    if request.WarmThroughputMiBps is not None:
        warm = quotas.check_warm_throughput(service, call, mode, request.WarmThroughputMiBps, WARM_MIBPS)
    if mode == stream.mode:
        raise errors.in_use(f"Stream {stream.name} under account {stream.account} is in {mode} mode already.")
    if service.machine.queues.of(stream):
        raise errors.in_use(f"Stream {stream.name} under account {stream.account} has queues. Delete them first.")
    recent = [ms for ms in stream.mode_changes_ms if ms > call.now_ms - MODE_WINDOW_MS]
    if len(recent) >= MODE_CHANGES:
        raise errors.limit(f"Stream mode can be changed {MODE_CHANGES} times in 24 hours.")
    changes: list[KinesisFact] = [facts.ModeSet(stream.number, mode)]
    if mode == ON_DEMAND:
        quotas.check_on_demand(service, call)
    else:
        quotas.check_shards(service, call, len(stream.open))
        changes.append(facts.DistributionSet(stream.number, BY_KEY))
    if warm is not None or stream.warm_mibps:
        changes.append(facts.WarmThroughputSet(stream.number, warm or 0))
    takes_ms = SETTING_MS
    if warm is not None and warm > len(stream.open):
        changes.append(resharded(stream, warm, service.entropy))
        takes_ms = SCALING_MS
    service.change(call.now_ms, stream, takes_ms, *changes)


def update_stream_warm_throughput(
    service: Kinesis, call: Call, request: UpdateStreamWarmThroughputInput
) -> UpdateStreamWarmThroughputOutput:
    """How many MiB a second a stream on demand is to be ready for. Raises Validation, InvalidArgument."""
    action = "kinesis:UpdateStreamWarmThroughput"
    stream = service.find_active(call, request.StreamName, request.StreamARN, action)
    mibps = quotas.check_warm_throughput(service, call, stream.mode, request.WarmThroughputMiBps, WARM_MIBPS)
    changes: list[KinesisFact] = [facts.WarmThroughputSet(stream.number, mibps)]
    target = shards_needed(stream, mibps, call.now_ms)
    if target != len(stream.open):
        changes.append(resharded(stream, target, service.entropy))
    service.change(call.now_ms, stream, SCALING_MS, *changes)
    return UpdateStreamWarmThroughputOutput(
        StreamARN=stream.arn,
        StreamName=stream.name,
        WarmThroughput=WarmThroughputObject(TargetMiBps=mibps, CurrentMiBps=len(stream.open)),
    )


def update_stream_record_distribution_strategy(
    service: Kinesis, call: Call, request: UpdateStreamRecordDistributionStrategyInput
) -> None:
    """AUTO spreads records over the shards whatever their keys. Raises InvalidArgument."""
    action = "kinesis:UpdateStreamRecordDistributionStrategy"
    stream = service.find_active(call, None, request.StreamARN, action)
    if stream.mode != ON_DEMAND:
        raise errors.invalid("Record distribution strategies are supported for streams in ON_DEMAND mode only.")
    if request.RecordDistributionStrategy != stream.distribution:
        service.commit(call.now_ms, facts.DistributionSet(stream.number, request.RecordDistributionStrategy))


def update_max_record_size(service: Kinesis, call: Call, request: UpdateMaxRecordSizeInput) -> None:
    """How large a record may be, data and key. Raises ResourceNotFound."""
    stream = service.find_active(call, None, request.StreamARN, "kinesis:UpdateMaxRecordSize")
    kib = request.MaxRecordSizeInKiB
    if kib != stream.max_record_kib:
        service.change(call.now_ms, stream, SETTING_MS, facts.MaxRecordSizeSet(stream.number, kib))


# Encryption: an attribute; the operator encrypts the disk


def start_stream_encryption(service: Kinesis, call: Call, request: StartStreamEncryptionInput) -> None:
    """Name a KMS key. Raises InvalidArgument."""
    stream = service.find_active(call, request.StreamName, request.StreamARN, "kinesis:StartStreamEncryption")
    if request.EncryptionType != "KMS":
        raise errors.invalid("EncryptionType must be KMS.")
    if request.KeyId != stream.key_id:
        _set_key(service, call, stream, request.KeyId)


def stop_stream_encryption(service: Kinesis, call: Call, request: StopStreamEncryptionInput) -> None:
    """Name none any more. Raises InvalidArgument."""
    stream = service.find_active(call, request.StreamName, request.StreamARN, "kinesis:StopStreamEncryption")
    if request.EncryptionType != "KMS":
        raise errors.invalid("EncryptionType must be KMS.")
    if stream.key_id:
        _set_key(service, call, stream, "")


def _set_key(service: Kinesis, call: Call, stream: Stream, key_id: str) -> None:
    """Raises LimitExceeded."""
    since_ms = call.now_ms - ENCRYPTION_WINDOW_MS
    recent = [is_on for ms, is_on in stream.encryption_changes_ms if ms > since_ms]
    if recent.count(bool(key_id)) >= ENCRYPTION_CHANGES:
        raise errors.limit(
            f"Encryption of stream {stream.name} under account {stream.account} can be"
            f" {'started' if key_id else 'stopped'} {ENCRYPTION_CHANGES} times in a rolling 24-hour period."
        )
    service.change(call.now_ms, stream, SETTING_MS, facts.EncryptionSet(stream.number, key_id))


# Enhanced monitoring


def enable_enhanced_monitoring(
    service: Kinesis, call: Call, request: EnableEnhancedMonitoringInput
) -> EnhancedMonitoringOutput:
    """Switch shard-level metrics on. Answers what was on, and what is."""
    stream = service.find_active(call, request.StreamName, request.StreamARN, "kinesis:EnableEnhancedMonitoring")
    named = _named(request.ShardLevelMetrics)
    return _set_metrics(service, call, stream, [name for name in METRICS if name in stream.metrics or name in named])


def disable_enhanced_monitoring(
    service: Kinesis, call: Call, request: DisableEnhancedMonitoringInput
) -> EnhancedMonitoringOutput:
    """Switch shard-level metrics off. Answers what was on, and what is."""
    stream = service.find_active(call, request.StreamName, request.StreamARN, "kinesis:DisableEnhancedMonitoring")
    named = _named(request.ShardLevelMetrics)
    return _set_metrics(service, call, stream, [name for name in stream.metrics if name not in named])


def _named(names: Sequence[MetricsName]) -> Sequence[MetricsName]:
    return METRICS if "ALL" in names else names


def _set_metrics(service: Kinesis, call: Call, stream: Stream, after: list[MetricsName]) -> EnhancedMonitoringOutput:
    before = stream.metrics
    if after != before:
        service.change(call.now_ms, stream, SETTING_MS, facts.MetricsSet(stream.number, after))
    return EnhancedMonitoringOutput(
        StreamName=stream.name,
        CurrentShardLevelMetrics=list(before),
        DesiredShardLevelMetrics=list(after),
        StreamARN=stream.arn,
    )
