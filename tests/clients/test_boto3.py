"""boto3, the newest: AWS JSON 1.0."""

import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.clients import programs, toolchains
from tests.clients.server import READER_KEY, REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

COMMAND = (sys.executable, toolchains.HERE / "python" / "scenario.py")
STEPS = programs.STEPS | {"addresses", "regions", "identity"}


def test_the_whole_surface(server: Server) -> None:
    programs.takes_every_step(COMMAND, server, STEPS)


def test_the_whole_surface_with_any_key(open_server: Server) -> None:
    programs.takes_every_step(COMMAND, open_server, STEPS)


def test_a_wrong_secret_is_refused(server: Server) -> None:
    programs.is_refused(COMMAND, server)


def test_a_user_may_do_what_the_policies_say_and_no_more(server: Server) -> None:
    reader = boto3.client(
        "sqs",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=READER_KEY.access_key,
        aws_secret_access_key=READER_KEY.secret,
    )
    assert reader.list_queues().get("QueueUrls", []) == []
    with pytest.raises(ClientError) as refused:
        reader.create_queue(QueueName="forbidden")
    reader.close()
    assert refused.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}
