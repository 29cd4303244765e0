"""DescribeLimits, and the settings of an account in a region.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html, API_UpdateAccountSettings.html
"""

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kinesis import facts, quotas
from weirmq.services.kinesis.limits import COMMITMENT_MS, ON_DEMAND_STREAMS, SHARDS
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import (
    DescribeAccountSettingsInput,
    DescribeAccountSettingsOutput,
    DescribeLimitsInput,
    DescribeLimitsOutput,
    MinimumThroughputBillingCommitmentOutput,
    UpdateAccountSettingsInput,
    UpdateAccountSettingsOutput,
)


def describe_limits(service: Kinesis, call: Call, _request: DescribeLimitsInput) -> DescribeLimitsOutput:
    """How many shards and streams on demand the account has, and how many it can have."""
    authorize(call, "kinesis:DescribeLimits", "*")
    account = call.caller.account
    return DescribeLimitsOutput(
        ShardLimit=SHARDS,
        OpenShardCount=quotas.open_shards(service, account, call.region),
        OnDemandStreamCount=quotas.on_demand_streams(service, account, call.region),
        OnDemandStreamCountLimit=ON_DEMAND_STREAMS,
    )


def _commitment(service: Kinesis, call: Call) -> MinimumThroughputBillingCommitmentOutput:
    found = service.machine.commitments.get((call.caller.account, call.region))
    if found is None or not found.stands(call.now_ms):
        return MinimumThroughputBillingCommitmentOutput(
            Status="DISABLED", EndedAt=Timestamp(found.end_ms) if found else None
        )
    return MinimumThroughputBillingCommitmentOutput(
        Status="ENABLED_UNTIL_EARLIEST_ALLOWED_END" if found.end_ms else "ENABLED",
        StartedAt=Timestamp(found.started_ms),
        EarliestAllowedEndAt=Timestamp(found.started_ms + COMMITMENT_MS),
    )


def describe_account_settings(
    service: Kinesis, call: Call, _request: DescribeAccountSettingsInput
) -> DescribeAccountSettingsOutput:
    """Whether there is a minimum throughput billing commitment."""
    authorize(call, "kinesis:DescribeAccountSettings", "*")
    return DescribeAccountSettingsOutput(MinimumThroughputBillingCommitment=_commitment(service, call))


def update_account_settings(
    service: Kinesis, call: Call, request: UpdateAccountSettingsInput
) -> UpdateAccountSettingsOutput:
    """Begin a commitment, or end one, which stands for a day at least. Nothing is billed here."""
    authorize(call, "kinesis:UpdateAccountSettings", "*")
    where = (call.caller.account, call.region)
    found = service.machine.commitments.get(where)
    is_on = found is not None and not found.end_ms
    wanted = request.MinimumThroughputBillingCommitment.Status == "ENABLED"
    if wanted != is_on:
        service.commit(call.now_ms, facts.CommitmentSet(*where, wanted))
    return UpdateAccountSettingsOutput(MinimumThroughputBillingCommitment=_commitment(service, call))
