"""Resource policies of streams, consumers and queues.

Source: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html
"""

from weirmq.engine.service import Call
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind, parse
from weirmq.services.kinesis import errors, facts
from weirmq.services.kinesis.limits import POLICY_BYTES
from weirmq.services.kinesis.resources import Resource, resource
from weirmq.services.kinesis.service import Kinesis, check_active
from weirmq.wire.aws.types.kinesis import (
    DeleteResourcePolicyInput,
    GetResourcePolicyInput,
    GetResourcePolicyOutput,
    PutResourcePolicyInput,
)


def put_resource_policy(service: Kinesis, call: Call, request: PutResourcePolicyInput) -> None:
    """Set the policy of a stream, consumer or queue. Raises InvalidArgument, ResourceNotFound."""
    whose = resource(service, call, request.ResourceARN, "kinesis:PutResourcePolicy")
    if len(request.Policy.encode()) > POLICY_BYTES:
        raise errors.invalid(f"A policy has at most {POLICY_BYTES} bytes.")
    try:
        parse(request.Policy, Kind.RESOURCE)
    except PolicyError as error:
        raise errors.invalid(f"The policy is invalid: {error}") from None
    _set(service, call, whose, request.Policy)


def _set(service: Kinesis, call: Call, whose: Resource, text: str) -> None:
    if whose.queue is None:
        check_active(whose.stream)
    number, consumer, queue = whose.numbers
    service.commit(call.now_ms, facts.PolicySet(number, text, consumer, queue))


def get_resource_policy(service: Kinesis, call: Call, request: GetResourcePolicyInput) -> GetResourcePolicyOutput:
    """The policy of one of them; an empty document where there is none. Raises ResourceNotFound."""
    whose = resource(service, call, request.ResourceARN, "kinesis:GetResourcePolicy")
    return GetResourcePolicyOutput(Policy=whose.found.policy_text or "{}")


def delete_resource_policy(service: Kinesis, call: Call, request: DeleteResourcePolicyInput) -> None:
    """Take the policy away. Raises ResourceNotFound, also where there is none."""
    whose = resource(service, call, request.ResourceARN, "kinesis:DeleteResourcePolicy")
    if not whose.found.policy_text:
        raise errors.not_found(f"No resource policy found for {request.ResourceARN}.")
    _set(service, call, whose, "")
