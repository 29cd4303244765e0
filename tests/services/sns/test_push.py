"""Publishing to devices."""

import json

import pytest

from tests.services.sns.devices import TOKEN, application, endpoint, key
from tests.services.sns.world import ACCOUNT, REGION, World, refused, text
from weirmq.engine.errands import Dead, Done, Outcome, PushErrand, Retry
from weirmq.engine.outbox import Finished

APPLE = {
    "PlatformPrincipal": "KEY4567890",
    "ApplePlatformTeamID": "TEAM567890",
    "ApplePlatformBundleID": "com.example.shop",
}


def apple(world: World) -> str:
    return application(world, platform="APNS", PlatformCredential=key(), **APPLE)


def test_what_goes_out(world: World) -> None:
    target = endpoint(world, apple(world))
    attributes = {
        "AWS.SNS.MOBILE.APNS.PRIORITY": text("5", "Number"),
        "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": text("news"),
        "colour": text("red"),
    }
    world.ask("Publish", TargetArn=target, Message="hello", MessageAttributes=attributes)
    [task] = world.tasks()
    errand = world.errand(task)
    assert isinstance(errand, PushErrand)
    assert (errand.platform, errand.token, errand.principal, errand.credential) == ("APNS", TOKEN, "KEY4567890", key())
    assert json.loads(errand.payload) == {"aps": {"alert": "hello"}}
    assert errand.attributes["ApplePlatformBundleID"] == "com.example.shop"
    assert errand.attributes["AWS.SNS.MOBILE.APNS.PRIORITY"] == "5"
    assert "colour" not in errand.attributes
    assert "PlatformCredential" not in errand.attributes


def test_a_topics_devices_each_get_their_own(world: World) -> None:
    topic = world.topic()
    world.subscribe(topic, endpoint(world, apple(world)), "application")
    google = application(world, platform="GCM", PlatformPrincipal="", PlatformCredential="key")
    world.subscribe(topic, endpoint(world, google, "phone"), "application")
    message = {
        "default": "plain",
        "APNS": '{"aps":{"alert":"for Apple"}}',
        "GCM": '{"notification":{"title":"for Google"}}',
    }
    world.publish(topic, json.dumps(message), MessageStructure="json")
    payloads = [json.loads(world.errand(task).payload) for task in world.tasks()]
    assert payloads == [
        {"aps": {"alert": "for Apple"}},
        {"message": {"notification": {"title": "for Google"}, "token": "phone"}},
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Outcome(status=410, body=b'{"reason":"Unregistered","timestamp":1}'),
        Outcome(status=400, body=b'{"reason":"BadDeviceToken"}'),
        Outcome(status=404, body=b'{"error":{"status":"NOT_FOUND","details":[{"errorCode":"UNREGISTERED"}]}}'),
    ],
)
def test_a_token_that_is_gone_disables_its_endpoint(world: World, answer: Outcome) -> None:
    target = endpoint(world, apple(world), CustomUserData="mine")
    world.ask("Publish", TargetArn=target, Message="hello")
    [task] = world.tasks()
    verdict = world.outcome(task, answer)
    assert isinstance(verdict, Dead)
    world.sns.commit((), world.clock.now_ms(), also=verdict.also)
    world.journal.flush()
    found = world.restarted().ask("GetEndpointAttributes", EndpointArn=target).Attributes
    assert found == {"Enabled": "false", "Token": TOKEN, "CustomUserData": "mine"}
    with refused("EndpointDisabled", "Endpoint is disabled"):
        world.ask("Publish", TargetArn=target, Message="hello")


@pytest.mark.parametrize(
    "answer",
    [
        Outcome(error="timed out"),
        Outcome(status=503, body=b'{"reason":"ServiceUnavailable"}'),
        Outcome(status=429, body=b'{"reason":"TooManyRequests"}'),
        Outcome(status=403, body=b'{"reason":"ExpiredProviderToken"}'),
        Outcome(status=401, body=b'{"error":{"status":"UNAUTHENTICATED"}}'),
        Outcome(status=500, body=b"[" * 20_000),
    ],
)
def test_a_platform_that_is_busy_is_asked_again(world: World, answer: Outcome) -> None:
    target = endpoint(world, apple(world))
    world.ask("Publish", TargetArn=target, Message="hello")
    [task] = world.tasks()
    assert isinstance(world.outcome(task, answer), Retry)


@pytest.mark.parametrize(
    "answer",
    [
        Outcome(status=413, body=b'{"reason":"PayloadTooLarge"}'),
        Outcome(status=403, body=b'{"reason":"InvalidProviderToken"}'),
        Outcome(status=400, body=b'{"error":{"status":"INVALID_ARGUMENT"}}'),
        Outcome(status=404, body=b"no such path"),
    ],
)
def test_what_will_be_refused_again_ends_and_harms_no_endpoint(world: World, answer: Outcome) -> None:
    target = endpoint(world, apple(world))
    world.ask("Publish", TargetArn=target, Message="hello")
    [task] = world.tasks()
    verdict = world.outcome(task, answer)
    assert isinstance(verdict, Dead)
    assert not any(machine is world.sns.machine for machine, _ in verdict.also)


def test_delivered(world: World) -> None:
    target = endpoint(world, apple(world))
    world.ask("Publish", TargetArn=target, Message="hello")
    [task] = world.tasks()
    assert isinstance(world.outcome(task, Outcome(status=200)), Done)


def test_a_topic_hears_of_failures(world: World) -> None:
    events, queue = world.topic("events"), world.queue("events")
    world.subscribe(events, queue)
    owner = application(world, EventDeliveryFailure=events)
    target = endpoint(world, owner)
    message_id = world.ask("Publish", TargetArn=target, Message="hello").MessageId
    [task] = world.tasks()
    verdict = world.outcome(task, Outcome(status=400, body=b'{"reason":"Unregistered"}'))
    world.sns.commit((), world.clock.now_ms(), also=verdict.also)
    world.journal.flush()
    [told] = [json.loads(message) for message in world.messages(queue)]
    assert (told["EventType"], told["FailureType"]) == ("DeliveryFailure", "InvalidPlatformToken")
    assert (told["EndpointArn"], told["Resource"]) == (target, owner)
    assert (told["MessageId"], told["DeliveryAttempts"]) == (message_id, 1)


def test_failures_to_tell_of_failures_end(world: World) -> None:
    events, queue = world.topic("events"), world.queue("events")
    world.subscribe(events, queue)
    owner = application(world, EventDeliveryFailure=events)
    devices = [endpoint(world, owner, token) for token in ("one", "two")]
    for device in devices:
        world.subscribe(events, device, "application")
        world.ask("SetEndpointAttributes", EndpointArn=device, Attributes={"Enabled": "false"})
    world.publish(events, "hello")
    for _ in range(4):  # two tell of the message, and then two of each
        for task in world.tasks():
            verdict = world.errand(task)
            also = [*verdict.also, (world.outbox, [Finished([task.number])])]
            world.sns.commit((), world.clock.now_ms(), also=also)
            world.journal.flush()
    assert world.tasks() == []
    message, *told = world.messages(queue)
    assert message == "hello"
    assert [json.loads(each)["EndpointArn"] for each in told] == devices


def test_targets_that_are_none(world: World) -> None:
    with refused(
        "InvalidParameter", "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"
    ):
        world.ask("Publish", TargetArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/ADM/shop/x", Message="hello")
    with refused("InvalidParameter"):
        world.subscribe(world.topic(), f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/ADM/shop/x", "application")


def test_a_malformed_notification(world: World) -> None:
    target = endpoint(world, apple(world))
    message = json.dumps({"default": "plain", "APNS": "hello"})
    with refused(
        "InvalidParameter",
        "Invalid parameter: Message Reason: Invalid notification for protocol APNS: Notification is malformed",
    ):
        world.ask("Publish", TargetArn=target, Message=message, MessageStructure="json")


def test_attributes_that_cannot_be_so(world: World) -> None:
    target = endpoint(world, apple(world))
    for name, value in (
        ("APNS.TTL", "-1"),
        ("APNS.TTL", "soon"),
        ("FCM.TTL", "2419201"),
        ("ADM.TTL", "0"),
        ("APNS.PRIORITY", "7"),
        ("APNS.PUSH_TYPE", "loud"),
        ("APNS.COLLAPSE_ID", "x" * 65),
        ("APNS_SANDBOX.COLLAPSE_ID", "a\nb"),
        ("WNS.Type", "raw"),
    ):
        with refused("ParameterValueInvalid"):
            world.ask(
                "Publish", TargetArn=target, Message="hello", MessageAttributes={f"AWS.SNS.MOBILE.{name}": text(value)}
            )


def test_a_device_that_is_gone_is_not_sent_to(world: World) -> None:
    owner = apple(world)
    target = endpoint(world, owner)
    world.ask("Publish", TargetArn=target, Message="hello")
    world.ask("DeleteEndpoint", EndpointArn=target)
    [task] = world.tasks()
    assert isinstance(world.errand(task), Done | Dead)
    assert isinstance(world.outcome(task, Outcome(status=400, body=b'{"reason":"BadDeviceToken"}')), Dead)


def test_successes_are_told_if_the_application_wants_it(world: World) -> None:
    for settings, is_told in (
        ({}, False),
        ({"SuccessFeedbackRoleArn": "arn:aws:iam::111122223333:role/log"}, True),
        ({"SuccessFeedbackRoleArn": "arn:aws:iam::111122223333:role/log", "SuccessFeedbackSampleRate": "0"}, False),
    ):
        name = f"app{len(world.tasks())}"
        target = endpoint(
            world, application(world, name=name, platform="APNS", PlatformCredential=key(), **APPLE, **settings)
        )
        world.ask("Publish", TargetArn=target, Message="hello")
        verdict = world.outcome(world.tasks()[-1], Outcome(status=200))
        assert isinstance(verdict, Done)
        assert (verdict.log is not None) == is_told


def test_each_application_has_a_lane(world: World) -> None:
    topic, target = world.topic(), endpoint(world, apple(world))
    subscription = world.subscribe(topic, target, "application")
    carrier = world.outbox.carriers["sns"]()
    assert carrier.lane(subscription) == carrier.lane(target)
