import json
from importlib import resources
from pathlib import Path

import pytest

from weirmq.engine.service import Call
from weirmq.iam.caller import root_of
from weirmq.kernel.errors import ServiceError
from weirmq.services import sts
from weirmq.services.sts import SERVICE


def test_every_operation_of_the_model_has_an_answer() -> None:
    model = json.loads((resources.files("weirmq.wire.aws") / "models" / "sts.json").read_text())
    assert set(SERVICE(lambda _: None).operations) == set(model["operations"])


@pytest.mark.parametrize("operation", ["AssumeRole", "GetSessionToken", "GetFederationToken"])
def test_operations_on_temporary_credentials_are_refused(operation: str) -> None:
    service = SERVICE(lambda _: None)
    call = Call(root_of("111122223333"), "us-east-1", 0, "http://localhost:4566", "id")
    with pytest.raises(ServiceError, match=f"The operation {operation} is not supported") as caught:
        service.operations[operation](service, call, None)
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 400)


def test_the_readme_names_every_operation() -> None:
    readme = (Path(sts.__path__[0]) / "README.md").read_text()
    assert all(operation in readme for operation in SERVICE(lambda _: None).operations)
