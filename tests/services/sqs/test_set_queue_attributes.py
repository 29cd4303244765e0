import pytest

from tests.services.sqs.kit import delete, reborn, receive, send_all
from tests.services.sqs.world import ACCOUNT, OTHER, World, arn, refused
from weirmq.iam import policy
from weirmq.iam.caller import root_of, user_of

OPEN = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"SQS:*","Resource":"*"}}'


def set_to(world: World, url: str, **attributes: str) -> None:
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes=attributes)


def test_they_act_at_once_and_stay(world: World) -> None:
    url = world.create(DelaySeconds="5")
    world.clock.advance(seconds=90)
    set_to(world, url, VisibilityTimeout="7")
    found = world.attributes(url)
    assert (found["VisibilityTimeout"], found["DelaySeconds"]) == ("7", "5")
    assert int(found["LastModifiedTimestamp"]) == int(found["CreatedTimestamp"]) + 90
    assert world.queue().settings.visibility_timeout_s == 7
    assert world.restarted().attributes(url) == found


def test_an_empty_value_removes(world: World) -> None:
    world.create("dead")
    redrive = f'{{"deadLetterTargetArn":"{arn("dead")}","maxReceiveCount":3}}'
    url = world.create(RedrivePolicy=redrive, Policy=OPEN, KmsMasterKeyId="alias/mine")
    assert world.attributes(url, "Policy", "RedrivePolicy") == {"Policy": OPEN, "RedrivePolicy": redrive}
    set_to(world, url, RedrivePolicy="", Policy="", KmsMasterKeyId="")
    found = world.attributes(url)
    assert {"RedrivePolicy", "Policy", "KmsMasterKeyId"}.isdisjoint(found)
    assert found["SqsManagedSseEnabled"] == "true"
    assert world.queue().settings.redrive is None
    assert world.queue().settings.policy is None


def test_nothing_changes_where_one_is_wrong(world: World) -> None:
    url = world.create()
    before = world.attributes(url)
    with refused("InvalidAttributeValue", "Invalid value for the parameter DelaySeconds."):
        set_to(world, url, VisibilityTimeout="7", DelaySeconds="901")
    with refused("InvalidAttributeName", "Unknown Attribute Colour."):
        set_to(world, url, VisibilityTimeout="7", Colour="red")
    assert world.attributes(url) == before


def test_the_type_of_a_queue_is_for_ever(world: World) -> None:
    fifo = world.create("a.fifo", FifoQueue="true")
    with refused(
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    ):
        set_to(world, fifo, FifoQueue="false")
    set_to(world, fifo, FifoQueue="true", ContentBasedDeduplication="true")
    assert world.queue("a.fifo").settings.content_based_deduplication
    with refused("InvalidAttributeName", "Unknown Attribute FifoQueue."):
        set_to(world, world.create("plain"), FifoQueue="true")


def test_high_throughput_in_two_steps(world: World) -> None:
    url = world.create("a.fifo", FifoQueue="true")
    with refused("InvalidAttributeValue"):
        set_to(world, url, FifoThroughputLimit="perMessageGroupId")
    set_to(world, url, DeduplicationScope="messageGroup")
    set_to(world, url, FifoThroughputLimit="perMessageGroupId")
    with refused("InvalidAttributeValue"):
        set_to(world, url, DeduplicationScope="queue")


def test_the_last_kind_of_encryption_holds(world: World) -> None:
    url = world.create(SqsManagedSseEnabled="true")
    set_to(world, url, KmsMasterKeyId="alias/mine")
    assert world.attributes(url)["SqsManagedSseEnabled"] == "false"
    set_to(world, url, SqsManagedSseEnabled="true")
    assert "KmsMasterKeyId" not in world.attributes(url)
    set_to(world, url, SqsManagedSseEnabled="false")
    assert world.attributes(url)["SqsManagedSseEnabled"] == "false"


def test_policies_too_large(world: World) -> None:
    url = world.create()
    with refused("InvalidAttributeValue"):
        set_to(world, url, Policy=OPEN + " " * 8_192)
    statement = '{"Effect":"Allow","Principal":"*","Action":"SQS:*"}'
    set_to(world, url, Policy=f'{{"Statement":[{",".join([statement] * 20)}]}}')
    with refused("InvalidAttributeValue"):
        set_to(world, url, Policy=f'{{"Statement":[{",".join([statement] * 21)}]}}')


def test_the_root_of_the_account_can_take_back_a_policy_that_denies_all(world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html"""
    url = world.create()
    everything = policy.read({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, policy.Kind.IDENTITY)
    user = user_of(ACCOUNT, "bob", policies=(everything,))
    set_to(world, url, Policy=OPEN.replace("Allow", "Deny"))
    with refused("AccessDeniedException", status=403):
        world.ask("SendMessage", QueueUrl=url, MessageBody="hello")
    with refused("AccessDeniedException", status=403):
        world.ask("DeleteQueue", QueueUrl=url)
    for caller in (user, root_of(OTHER)):
        with refused("AccessDeniedException", status=403):
            world.ask("GetQueueAttributes", caller=caller, QueueUrl=url, AttributeNames=["Policy"])
        with refused("AccessDeniedException", status=403):
            world.ask("SetQueueAttributes", caller=caller, QueueUrl=url, Attributes={"Policy": ""})
    assert "Deny" in world.ask("GetQueueAttributes", QueueUrl=url, AttributeNames=["Policy"]).Attributes["Policy"]
    set_to(world, url, Policy="")
    world.ask("SendMessage", QueueUrl=url, MessageBody="hello")


def test_no_attributes(world: World) -> None:
    url = world.create()
    with refused("MissingRequiredParameterException", "The request must contain the parameter Attributes."):
        set_to(world, url)


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist", "The specified queue does not exist."):
        set_to(world, f"http://localhost:4566/{ACCOUNT}/none", DelaySeconds="1")


def test_only_the_owner_may(world: World) -> None:
    url = world.create(Policy=OPEN)
    with refused("AccessDeniedException", f"Access to the resource {url} is denied.", 403):
        world.ask("SetQueueAttributes", caller=root_of(OTHER), QueueUrl=url, Attributes={"DelaySeconds": "1"})
    world.ask("SetQueueAttributes", caller=user_of(ACCOUNT, "bob"), QueueUrl=url, Attributes={"DelaySeconds": "1"})


def test_a_delay_holds_for_messages_that_wait_in_a_fifo_queue(world: World) -> None:
    url = world.create("a.fifo", FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds="100")
    world.ask("SendMessage", QueueUrl=url, MessageBody="x", MessageGroupId="g")
    assert world.attributes(url)["ApproximateNumberOfMessagesDelayed"] == "1"
    set_to(world, url, DelaySeconds="0")
    assert world.bodies(url) == ["x"]


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize(("before_s", "after_s"), [(100, 0), (100, 50), (50, 100)])
def test_a_delay_changes_for_many_a_slice_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch, before_s: int, after_s: int, is_restarted: bool
) -> None:
    """Until it has, none is handed out: a group's messages must not overtake each other."""
    monkeypatch.setattr("weirmq.services.sqs.machine.RETURNED_AT_ONCE", 1)
    url = world.create("a.fifo", FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds=str(before_s))
    for number in range(7):
        world.ask("SendMessage", QueueUrl=url, MessageBody=str(number), MessageGroupId="g")
    set_to(world, url, DelaySeconds=str(after_s))
    world.ask("SendMessage", QueueUrl=url, MessageBody="7", MessageGroupId="g")
    assert world.bodies(url) == []
    assert world.queue("a.fifo").to_delay
    if is_restarted:
        world = reborn(world)
    for _ in range(10):
        world.work()
    assert world.sqs.machine.next_due_ms() != 0
    if after_s:
        world.clock.advance(seconds=after_s - 1)
        assert world.bodies(url) == []
        world.clock.advance(seconds=1)
    for _ in range(10):
        world.attributes(url)  # each lets one more be ready
    assert world.bodies(url) == [str(number) for number in range(8)]


def test_a_poll_waits_for_a_delay_that_changes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.services.sqs.machine.RETURNED_AT_ONCE", 1)
    url = world.create("a.fifo", FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds="100")
    for number in range(3):
        world.ask("SendMessage", QueueUrl=url, MessageBody=str(number), MessageGroupId="g")
    wait = world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
    set_to(world, url, DelaySeconds="0")
    found = None
    while found is None:
        assert wait.next_ms() <= world.clock.now_ms()
        world.clock.advance(seconds=0.001)
        found = wait.attempt(world.clock.now_ms())
    assert [message.Body for message in found.Messages] == ["0"]
    assert not world.queue("a.fifo").to_delay


@pytest.mark.parametrize("last_s", [0, 100])
def test_none_overtakes_those_whose_delay_was_taken_away(
    world: World, monkeypatch: pytest.MonkeyPatch, last_s: int
) -> None:
    """Neither while there is more of them than a slice, nor where the delay comes back meanwhile."""
    monkeypatch.setattr("weirmq.services.sqs.machine.RETURNED_AT_ONCE", 1)
    url = world.create("a.fifo", FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds="100")
    send_all(world, url, *map(str, range(9)), group="g")
    set_to(world, url, DelaySeconds="0")
    world.ask("SendMessage", QueueUrl=url, MessageBody="9", MessageGroupId="g")
    set_to(world, url, DelaySeconds=str(last_s))
    found: list[str] = []
    for seconds in (0, 100):
        world.clock.advance(seconds=seconds)
        for _ in range(40):
            for message in receive(world, url):
                found.append(message.Body or "")
                delete(world, url, message)
            world.clock.advance(milliseconds=1)
    assert found == [str(number) for number in range(10)]


@pytest.mark.parametrize("slices", [0, 10])
def test_a_new_delay_holds_for_none_whose_delay_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch, slices: int
) -> None:
    """However many slices it takes to end the delays, now or in a replay."""
    monkeypatch.setattr("weirmq.services.sqs.machine.RETURNED_AT_ONCE", 1)
    url = world.create("a.fifo", FifoQueue="true", ContentBasedDeduplication="true", DelaySeconds="100")
    send_all(world, url, *map(str, range(5)), group="g")
    set_to(world, url, DelaySeconds="0")
    for _ in range(slices):
        world.attributes(url)
        world.clock.advance(milliseconds=1)
    set_to(world, url, DelaySeconds="500")
    world.ask("SendMessage", QueueUrl=url, MessageBody="late", MessageGroupId="g")
    for each in (world.restarted(), reborn(world), world):
        counts = each.attributes(url)
        assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesDelayed"]) == ("5", "1")
        assert each.bodies(url) == ["0", "1", "2", "3", "4"]
