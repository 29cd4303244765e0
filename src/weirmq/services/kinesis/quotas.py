"""What an account in a region has, and what it can have.

Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

from collections.abc import Iterator

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors
from weirmq.services.kinesis.limits import CONSUMERS, ON_DEMAND_STREAMS, SHARDS, STREAMS_CREATING
from weirmq.services.kinesis.model import ON_DEMAND, PROVISIONED, Stream
from weirmq.services.kinesis.service import Kinesis


def streams_of(service: Kinesis, account: str, region: str) -> Iterator[Stream]:
    """The streams of an account in a region."""
    return (
        stream for stream in service.machine.streams.values() if (stream.account, stream.region) == (account, region)
    )


def open_shards(service: Kinesis, account: str, region: str) -> int:
    """How many provisioned shards take records; those of streams on demand don't count."""
    return sum(len(stream.open) for stream in streams_of(service, account, region) if stream.mode == PROVISIONED)


def on_demand_streams(service: Kinesis, account: str, region: str) -> int:
    """How many streams are on demand."""
    return sum(stream.mode == ON_DEMAND for stream in streams_of(service, account, region))


def check_shards(service: Kinesis, call: Call, more: int) -> None:
    """Refuse `more` shards if they are too many. Raises LimitExceeded."""
    account = call.caller.account
    held = open_shards(service, account, call.region)
    if held + more > SHARDS:
        raise errors.limit(
            f"This request would exceed the shard limit for the account {account} in {call.region}. "
            f"Current shard count for the account: {held}. Limit: {SHARDS}. "
            f"Number of additional shards that would have resulted from this request: {more}. "
            "Refer to the AWS Service Limits page "
            "(https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
            "for current limits and how to request higher limits."
        )


def check_creating(service: Kinesis, call: Call) -> None:
    """Refuse one more stream while too many are CREATING. Raises LimitExceeded."""
    found = streams_of(service, call.caller.account, call.region)
    if sum(stream.status == "CREATING" for stream in found) >= STREAMS_CREATING:
        raise errors.limit(
            f"This request would exceed the limit of {STREAMS_CREATING} streams in the CREATING state for the account "
            f"{call.caller.account} in {call.region}."
        )


def check_on_demand(service: Kinesis, call: Call) -> None:
    """Refuse one more stream on demand if there are too many. Raises LimitExceeded."""
    if on_demand_streams(service, call.caller.account, call.region) >= ON_DEMAND_STREAMS:
        raise errors.limit(
            f"This request would exceed the limit of {ON_DEMAND_STREAMS} streams in ON_DEMAND mode for the account "
            f"{call.caller.account} in {call.region}."
        )


def has_commitment(service: Kinesis, account: str, region: str, now_ms: int) -> bool:
    """Whether the account has a minimum throughput billing commitment."""
    found = service.machine.commitments.get((account, region))
    return found is not None and found.stands(now_ms)


def check_warm_throughput(service: Kinesis, call: Call, mode: str, mibps: int, most: int) -> int:
    """The warm throughput, if it may be set. Raises Validation, InvalidArgument."""
    if mode != ON_DEMAND:
        raise errors.validation("Warm throughput is supported for streams in ON_DEMAND mode only.")
    if not has_commitment(service, call.caller.account, call.region, call.now_ms):
        raise errors.validation("Warm throughput needs an account with MinimumThroughputBillingCommitment enabled.")
    if mibps > most:
        raise errors.invalid(f"WarmThroughputMiBps can be at most {most}.")
    return mibps


def check_consumers(service: Kinesis, stream: Stream, now_ms: int) -> None:
    """Refuse one more consumer of the stream if there are too many; queues count as well. On demand with a billing
    commitment (On-demand Advantage) there may be more. Raises LimitExceeded.
    """
    is_advantage = stream.mode == ON_DEMAND and has_commitment(service, stream.account, stream.region, now_ms)
    most = CONSUMERS[is_advantage]
    if len(stream.consumers) + len(service.machine.queues.of(stream)) >= most:
        raise errors.limit(
            f"Stream {stream.name} under account {stream.account} can have at most {most} consumers, queues counted."
        )
