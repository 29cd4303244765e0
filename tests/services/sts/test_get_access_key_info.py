import pytest

from weirmq.engine.service import Call
from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.kernel.errors import ServiceError
from weirmq.services.sts import SERVICE
from weirmq.wire.aws.types.sts import GetAccessKeyInfoRequest, GetAccessKeyInfoResponse

KEYS = {"AKIAIOSFODNN7EXAMPLE": "111122223333"}


def ask(caller: Caller, access_key: str) -> GetAccessKeyInfoResponse:
    service = SERVICE(KEYS.get)
    call = Call(caller, "us-east-1", 0, "http://localhost:4566", "id")
    request = GetAccessKeyInfoRequest(AccessKeyId=access_key)
    answer = service.operations["GetAccessKeyInfo"](service, call, request)
    assert isinstance(answer, GetAccessKeyInfoResponse)
    return answer


def test_the_account_of_a_key() -> None:
    assert ask(root_of("444455556666"), "AKIAIOSFODNN7EXAMPLE").Account == "111122223333"


def test_an_unknown_key() -> None:
    with pytest.raises(ServiceError) as caught:
        ask(root_of("444455556666"), "AKIAI44QH8DHBEXAMPLE")
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)


def test_it_needs_a_permission() -> None:
    with pytest.raises(ServiceError) as caught:
        ask(user_of("111122223333", "bob"), "AKIAIOSFODNN7EXAMPLE")
    assert caught.value.code == "AccessDeniedException"
    assert "is not authorized to perform: sts:GetAccessKeyInfo on resource: *" in caught.value.message
