"""PutDataProtectionPolicy, GetDataProtectionPolicy, and what a policy does to messages."""

import json
from typing import Any

import pytest

from tests.services.sns.world import ACCOUNT, OTHER, REGION, STRANGER, World, refused
from weirmq.iam.caller import user_of
from weirmq.services.sns import identifiers, protection
from weirmq.services.sns.identifiers import ARN

CARD = "4539894458086459"
MAIL = "jane@mail.example"
MASK = {"Deidentify": {"MaskConfig": {"MaskWithCharacter": "#"}}}
REDACT: dict[str, Any] = {"Deidentify": {"RedactConfig": {}}}
DENY: dict[str, Any] = {"Deny": {}}


def statement(operation: Any, *names: str, direction: str = "Inbound", principals: Any = ("*",)) -> dict[str, Any]:
    return {
        "DataDirection": direction,
        "Principal": list(principals),
        "DataIdentifier": [f"{ARN}{name}" for name in names or ("CreditCardNumber",)],
        "Operation": operation,
    }


def policy(*statements: Any, **members: Any) -> str:
    return json.dumps(
        {"Name": "p", "Description": "d", "Version": "2021-06-01", "Statement": list(statements), **members}
    )


def audit(rate: Any = "99", **more: Any) -> dict[str, Any]:
    return {"Audit": {"SampleRate": rate, **more}}


def group(name: str = "/aws/vendedlogs/findings") -> dict[str, Any]:
    return {"CloudWatchLogs": {"LogGroup": name}}


def put(world: World, topic: str, text: str, **more: Any) -> None:
    world.ask("PutDataProtectionPolicy", ResourceArn=topic, DataProtectionPolicy=text, **more)


def get(world: World, topic: str) -> str:
    found: str = world.ask("GetDataProtectionPolicy", ResourceArn=topic).DataProtectionPolicy
    return found


def test_it_is_kept(world: World) -> None:
    topic, text = world.topic(), policy(statement(DENY), statement(MASK, direction="Outbound"))
    assert get(world, topic) == ""
    put(world, topic, text)
    for other in (world, world.restarted(), world.restored()):
        assert get(other, topic) == text
    put(world, topic, "")
    assert get(world, topic) == ""


def test_whose_topic(world: World) -> None:
    with refused("NotFound", "Topic does not exist", 404):
        put(world, f"arn:aws:sns:{REGION}:{ACCOUNT}:nothing", policy(statement(DENY)))
    with refused("NotFound", "Topic does not exist", 404):
        get(world, f"arn:aws:sns:{REGION}:{ACCOUNT}:nothing")
    with refused(
        "InvalidParameter", "Invalid parameter: ResourceArn Reason: An ARN must have at least 6 elements, not 1"
    ):
        get(world, "x")
    with refused("AuthorizationError", status=403):
        put(world, world.topic(), policy(statement(DENY)), caller=STRANGER)


def test_not_for_fifo_topics(world: World) -> None:
    with refused("InvalidParameter"):
        put(world, world.topic("a.fifo"), policy(statement(DENY)))


def _without(name: str) -> str:
    return policy({key: value for key, value in statement(DENY).items() if key != name})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "[" * 30_000,
        "{}",
        policy(),
        policy(statement(DENY), Version="2012-10-17"),
        policy(statement(DENY), Name=""),
        policy(statement(DENY), Colour="red"),
        policy(*[statement(DENY)] * 101),
        policy(statement(DENY), Description="x" * 30_721),
        policy(1),
        policy({**statement(DENY), "Sid": 1}),
        policy({**statement(DENY), "Sid": "a"}, {**statement(DENY), "Sid": "a"}),
        *[_without(name) for name in statement(DENY)],
        policy({**statement(DENY), "DataDirection": "Both"}),
        policy({**statement(DENY), "DataIdentifier": []}),
        policy({**statement(DENY), "DataIdentifier": [f"{ARN}Nothing"]}),
        policy({**statement(DENY), "DataIdentifier": ["CreditCardNumber"]}),
        policy(statement(DENY, "Name")),
        policy({**statement(DENY), "Principal": "*"}),
        policy(statement(DENY, principals=["nobody"])),
        policy(statement(DENY, principals=[])),
        policy(statement({})),
        policy(statement({"Forget": {}})),
        policy(statement({**DENY, **MASK})),
        policy(statement({"Deny": {"x": 1}})),
        policy(statement({"Deidentify": {}})),
        policy(statement({"Deidentify": {"MaskConfig": {}}})),
        policy(statement({"Deidentify": {"MaskConfig": {"MaskWithCharacter": "##"}}})),
        policy(statement({"Deidentify": {"MaskConfig": {"MaskWithCharacter": ""}}})),
        policy(statement({"Deidentify": {"MaskConfig": {"MaskWithCharacter": "é"}}})),
        policy(statement({"Deidentify": {"RedactConfig": {"x": 1}}})),
        policy(statement(audit("100"))),
        policy(statement(audit("-1"))),
        policy(statement(audit(True))),
        policy(statement(audit(), direction="Outbound")),
        policy(statement({"Audit": {}})),
        policy(statement(audit(FindingsDestination=group("/mine")))),
        policy(statement(audit(FindingsDestination={"S3": {"Bucket": "b"}}))),
        policy(statement(audit(FindingsDestination={"Firehose": {"DeliveryStream": "d"}}))),
        policy(statement(audit(FindingsDestination={"CloudWatchLogs": {}}))),
    ],
)
def test_policies_that_are_none(world: World, text: str) -> None:
    topic = world.topic()
    with refused("InvalidParameter"):
        put(world, topic, text)
    assert get(world, topic) == ""


def topic_with(world: World, *statements: Any) -> Any:
    arn = world.topic()
    put(world, arn, policy(*statements))
    return world.topic_of(arn)


def test_masking_and_redacting(world: World) -> None:
    topic = topic_with(world, statement(MASK), statement(REDACT, "EmailAddress"))
    found = protection.inbound(topic, f"arn:aws:iam::{ACCOUNT}:root", f"pay {CARD} by {MAIL}.")
    assert found == protection.Protected(f"pay {'#' * 16} by .", False, ())
    plain = "nothing of that"
    assert protection.inbound(topic, f"arn:aws:iam::{ACCOUNT}:root", plain).text is plain
    assert not protection.has_outbound(topic)


def test_what_several_statements_mask(world: World) -> None:
    stars = {"Deidentify": {"MaskConfig": {"MaskWithCharacter": "*"}}}
    topic = topic_with(
        world, statement(MASK, "Ssn-US"), statement(stars, "Ssn-US", "EmailAddress"), statement(REDACT, "EmailAddress")
    )
    assert protection.inbound(topic, "", f"ssn 123-45-6789 of {MAIL}").text == f"ssn ########### of {'*' * len(MAIL)}"


def test_each_identifier_is_looked_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    find = identifiers.find
    monkeypatch.setattr(identifiers, "find", lambda name, *rest: looked.append(name) or find(name, *rest))
    topic = topic_with(world, *(statement(each) for each in (audit(), DENY, MASK, REDACT) for _ in range(20)))
    protection.inbound(topic, "", f"pay {CARD}")
    assert looked == ["CreditCardNumber"]


def test_identifiers_that_find_the_same(world: World) -> None:
    topic = topic_with(world, statement(MASK, "NifNumber-ES", "NationalIdentificationNumber-ES"))
    assert protection.inbound(topic, "", "a 12345678Z b").text == "a ######### b"


def test_denying(world: World) -> None:
    topic = topic_with(world, statement(MASK), statement(DENY))
    assert protection.inbound(topic, "", f"pay {CARD}").is_denied
    assert not protection.inbound(topic, "", "pay").is_denied


def test_of_whom_a_statement_speaks(world: World) -> None:
    bob = user_of(ACCOUNT, "bob").arn
    topic = topic_with(
        world,
        statement(DENY, principals=[bob, OTHER], direction="Outbound"),
        statement(MASK, principals=[f"arn:aws:iam::{ACCOUNT}:root"], direction="Outbound"),
    )
    body = protection.Body(CARD)
    assert protection.outbound(topic, bob, body) == protection.Protected("#" * 16, True, ())
    assert protection.outbound(topic, user_of(ACCOUNT, "eve").arn, body) == protection.Protected("#" * 16, False, ())
    assert protection.outbound(topic, user_of(OTHER, "bob").arn, body) == protection.Protected(CARD, True, ())
    assert protection.outbound(topic, "arn:aws:iam::777788889999:root", body) == protection.Protected(CARD, False, ())
    keys = [protection.shares_outbound(topic, arn) for arn in (bob, user_of(ACCOUNT, "eve").arn, bob)]
    assert keys[0] == keys[2] != keys[1]
    assert protection.has_outbound(topic)


def with_custom(regex: Any, name: Any = "Badge", more: Any = ()) -> str:
    own = {**statement(MASK), "DataIdentifier": [name, f"{ARN}EmailAddress"]}
    return policy(own, Configuration={"CustomDataIdentifier": [{"Name": name, "Regex": regex}, *more]})


def test_identifiers_of_its_own(world: World) -> None:
    arn = world.topic()
    put(world, arn, with_custom(r"B-\d{3}|staff#[a-z]+"))
    text = f"B-123, B-12, staff#jane and {MAIL}"
    found = protection.inbound(world.topic_of(arn), "", text).text
    assert found == f"#####, B-12, {'#' * 10} and {'#' * len(MAIL)}"


@pytest.mark.parametrize(
    "text",
    [
        with_custom("("),
        with_custom("a*"),
        with_custom("x" * 201),
        with_custom(1),
        with_custom("x", "CreditCardNumber"),
        with_custom("x", "a b"),
        with_custom("x", "a" * 129),
        with_custom("x", 1),
        with_custom("x", more=[{"Name": "Badge", "Regex": "y"}]),
        with_custom("x", more=[{"Name": "Other"}]),
        with_custom("x", more=[{"Name": f"n{number}", "Regex": "y"} for number in range(10)]),
        policy(statement(DENY), Configuration=[]),
        policy(statement(DENY), Configuration={"CustomDataIdentifier": {}}),
        policy({**statement(DENY), "DataIdentifier": ["Badge"]}),
    ],
)
def test_identifiers_of_its_own_that_are_none(world: World, text: str) -> None:
    with refused("InvalidParameter"):
        put(world, world.topic(), text)


def test_auditing(world: World) -> None:
    topic = topic_with(
        world,
        statement(
            audit("50", FindingsDestination=group(), NoFindingsDestination=group("/aws/vendedlogs/none")),
            "EmailAddress",
            "CreditCardNumber",
        ),
        statement(REDACT),
    )
    found = protection.inbound(topic, "", f"{CARD} {MAIL} {MAIL}")
    assert found.text == f" {MAIL} {MAIL}"
    sampled, left_out = "00000031-0000-4000-8000-000000000000", "00000032-0000-4000-8000-000000000000"
    [record] = protection.audit_records(topic, found.findings, sampled, "arn", 1_700_000_000_000)
    assert record == {
        "logGroup": "/aws/vendedlogs/findings",
        "messageId": sampled,
        "auditTimestamp": "2023-11-14T22:13:20.000Z",
        "callerPrincipal": "arn",
        "resourceArn": topic.arn,
        "dataIdentifiers": [
            {"name": "EmailAddress", "count": 2, "detections": [{"start": 17, "end": 34}, {"start": 35, "end": 52}]},
            {"name": "CreditCardNumber", "count": 1, "detections": [{"start": 0, "end": 16}]},
        ],
    }
    assert protection.audit_records(topic, found.findings, left_out, "arn", 0) == []
    nothing = protection.inbound(topic, "", "hello").findings
    [record] = protection.audit_records(topic, nothing, sampled, "arn", 0)
    assert (record["logGroup"], record["dataIdentifiers"]) == ("/aws/vendedlogs/none", [])


def test_an_audit_without_a_destination_says_nothing(world: World) -> None:
    topic = topic_with(world, statement(audit(99)))
    found = protection.inbound(topic, "", CARD)
    assert protection.audit_records(topic, found.findings, "0" * 8, "arn", 0) == []
