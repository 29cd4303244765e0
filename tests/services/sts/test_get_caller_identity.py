from weirmq.engine.service import Call
from weirmq.iam import policy
from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.services.sts import SERVICE
from weirmq.wire.aws.types.sts import GetCallerIdentityRequest, GetCallerIdentityResponse

ACCOUNT = "111122223333"


def ask(caller: Caller) -> GetCallerIdentityResponse:
    service = SERVICE(lambda _: None)
    call = Call(caller, "us-east-1", 0, "http://localhost:4566", "id")
    answer = service.operations["GetCallerIdentity"](service, call, GetCallerIdentityRequest())
    assert isinstance(answer, GetCallerIdentityResponse)
    return answer


def test_the_root_of_an_account() -> None:
    assert ask(root_of(ACCOUNT)) == GetCallerIdentityResponse(
        UserId=ACCOUNT, Account=ACCOUNT, Arn=f"arn:aws:iam::{ACCOUNT}:root"
    )


def test_a_user_even_one_who_is_denied_everything() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    denied = policy.read({"Version": "2012-10-17", "Statement": statement}, policy.Kind.IDENTITY)
    bob = user_of(ACCOUNT, "bob", policies=(denied,))
    assert ask(bob) == GetCallerIdentityResponse(
        UserId=bob.user_id, Account=ACCOUNT, Arn=f"arn:aws:iam::{ACCOUNT}:user/bob"
    )
