"""Access control lists: which fit, which decide."""

import random

import pytest

from weirmq.services.kafka.acls import (
    Acl,
    AclFilter,
    Acls,
    Operation,
    PatternType,
    Permission,
    ResourceType,
)

ALICE = "User:alice"
HOST = "10.0.0.1"


def acl(
    operation: Operation,
    *,
    name: str = "orders",
    who: str = ALICE,
    host: str = "*",
    permission: Permission = Permission.ALLOW,
    pattern: PatternType = PatternType.LITERAL,
    kind: ResourceType = ResourceType.TOPIC,
) -> Acl:
    return Acl(kind, pattern, name, who, host, operation, permission)


def may(acls: Acls, operation: Operation, name: str = "orders", who: str = ALICE, host: str = HOST) -> bool | None:
    return acls.may(who, host, operation, ResourceType.TOPIC, name)


def of(*listed: Acl) -> Acls:
    acls = Acls()
    acls.add(listed)
    return acls


def test_nothing_is_said_of_a_resource_without_acls() -> None:
    acls = of(acl(Operation.READ, name="bills"))
    assert may(acls, Operation.READ) is None
    assert may(acls, Operation.READ, "bills") is True
    assert acls.may(ALICE, HOST, Operation.READ, ResourceType.GROUP, "bills") is None


def test_others_are_refused_what_is_allowed_to_one() -> None:
    acls = of(acl(Operation.READ))
    assert may(acls, Operation.READ, who="User:bob") is False
    assert may(acls, Operation.WRITE) is False


def test_a_deny_goes_before_an_allow() -> None:
    acls = of(acl(Operation.ALL, who="User:*"), acl(Operation.READ, permission=Permission.DENY))
    assert may(acls, Operation.READ) is False
    assert may(acls, Operation.WRITE) is True
    assert may(acls, Operation.READ, who="User:bob") is True


@pytest.mark.parametrize("operation", [Operation.READ, Operation.WRITE, Operation.DELETE, Operation.ALTER])
def test_what_allows_to_describe(operation: Operation) -> None:
    assert may(of(acl(operation)), Operation.DESCRIBE) is True
    assert may(of(acl(operation)), Operation.DESCRIBE_CONFIGS) is False
    both = of(acl(operation, permission=Permission.DENY), acl(Operation.DESCRIBE))
    assert may(both, Operation.DESCRIBE) is True


def test_what_allows_to_describe_configs() -> None:
    acls = of(acl(Operation.ALTER_CONFIGS))
    assert may(acls, Operation.DESCRIBE_CONFIGS) is True
    assert may(acls, Operation.DESCRIBE) is False


def test_hosts() -> None:
    acls = of(acl(Operation.READ, host="10.0.0.9"))
    assert may(acls, Operation.READ) is False
    assert may(acls, Operation.READ, host="10.0.0.9") is True


def test_prefixes_and_the_wildcard() -> None:
    acls = of(
        acl(Operation.READ, name="or", pattern=PatternType.PREFIXED),
        acl(Operation.READ, name="orders.secret", pattern=PatternType.PREFIXED, permission=Permission.DENY),
        acl(Operation.DESCRIBE, name="*"),
    )
    assert may(acls, Operation.READ) is True
    assert may(acls, Operation.READ, "orders.secret.1") is False
    assert may(acls, Operation.READ, "o") is False
    assert may(acls, Operation.DESCRIBE, "anything") is True
    assert may(of(acl(Operation.READ, name="or")), Operation.READ) is None


def test_what_is_taken_away_decides_no_more() -> None:
    mine = acl(Operation.READ, name="or", pattern=PatternType.PREFIXED)
    other = acl(Operation.WRITE, name="or", pattern=PatternType.PREFIXED)
    acls = of(mine, other)
    assert may(acls, Operation.READ) is True
    acls.remove([mine, mine])
    assert may(acls, Operation.READ) is False
    acls.remove([other])
    assert may(acls, Operation.READ) is None
    assert not acls


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], False),
        ([acl(Operation.WRITE)], True),
        ([acl(Operation.ALL)], True),
        ([acl(Operation.READ)], False),
        ([acl(Operation.WRITE, who="User:bob")], False),
        ([acl(Operation.WRITE), acl(Operation.WRITE, permission=Permission.DENY)], False),
        ([acl(Operation.WRITE, name="*"), acl(Operation.WRITE, permission=Permission.DENY)], True),
        ([acl(Operation.WRITE), acl(Operation.WRITE, name="*", permission=Permission.DENY)], False),
        (
            [
                acl(Operation.WRITE, name="orders", pattern=PatternType.PREFIXED),
                acl(Operation.WRITE, name="ord", pattern=PatternType.PREFIXED, permission=Permission.DENY),
            ],
            False,
        ),
        (
            [
                acl(Operation.WRITE, name="ord", pattern=PatternType.PREFIXED),
                acl(Operation.WRITE, name="orders", pattern=PatternType.PREFIXED, permission=Permission.DENY),
            ],
            True,
        ),
    ],
)
def test_whether_something_of_a_type_is_allowed(listed: list[Acl], expected: bool) -> None:
    assert of(*listed).may_any(ALICE, HOST, Operation.WRITE, ResourceType.TOPIC) is expected


# Filters


def test_a_filter_takes_all_or_what_it_names() -> None:
    one = acl(Operation.READ)
    assert AclFilter().takes(one)
    assert AclFilter(resource_type=ResourceType.TOPIC, principal=ALICE, host="*", operation=Operation.READ).takes(one)
    for other in (
        AclFilter(resource_type=ResourceType.GROUP),
        AclFilter(pattern_type=PatternType.PREFIXED),
        AclFilter(name="order"),
        AclFilter(principal="User:*"),
        AclFilter(host=HOST),
        AclFilter(operation=Operation.ALL),
        AclFilter(permission=Permission.DENY),
    ):
        assert not other.takes(one)


@pytest.mark.parametrize(
    ("name", "pattern", "is_taken"),
    [
        ("orders", PatternType.LITERAL, True),
        ("*", PatternType.LITERAL, True),
        ("ord", PatternType.LITERAL, False),
        ("ord", PatternType.PREFIXED, True),
        ("orders.1", PatternType.PREFIXED, False),
    ],
)
def test_a_match_takes_what_would_be_looked_at(name: str, pattern: PatternType, is_taken: bool) -> None:
    wanted = AclFilter(pattern_type=PatternType.MATCH, name="orders")
    assert wanted.takes(acl(Operation.READ, name=name, pattern=pattern)) is is_taken
    assert AclFilter(pattern_type=PatternType.MATCH).takes(acl(Operation.READ, name=name, pattern=pattern))


# Against a model that looks at every ACL


def naive(listed: set[Acl], who: str, host: str, operation: Operation, name: str) -> bool | None:
    implied = {
        Operation.DESCRIBE: {Operation.READ, Operation.WRITE, Operation.DELETE, Operation.ALTER},
        Operation.DESCRIBE_CONFIGS: {Operation.ALTER_CONFIGS},
    }
    of_resource = [
        each
        for each in listed
        if (name.startswith(each.name) if each.pattern_type == PatternType.PREFIXED else each.name in ("*", name))
    ]
    if not of_resource:
        return None
    of_asker = [each for each in of_resource if each.principal in ("User:*", who) and each.host in ("*", host)]
    exact = {operation, Operation.ALL}
    if any(each.operation in exact for each in of_asker if each.permission == Permission.DENY):
        return False
    wide = exact | implied.get(operation, set())
    return any(each.operation in wide for each in of_asker if each.permission == Permission.ALLOW)


@pytest.mark.parametrize("seed", range(20))
def test_it_decides_as_a_model_that_looks_at_all(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable
    names = ["*", "a", "ab", "abc", "abd", "b", "bc"]
    operations = [each for each in Operation if each > Operation.ANY]
    acls, known = Acls(), set[Acl]()
    for _ in range(200):
        if known and dice.random() < 0.4:
            gone = dice.choice(sorted(known, key=str))
            known.discard(gone)
            acls.remove([gone])
        else:
            new = acl(
                dice.choice(operations),
                name=dice.choice(names),
                who=dice.choice([ALICE, "User:bob", "User:*"]),
                host=dice.choice(["*", HOST, "10.0.0.2"]),
                permission=dice.choice([Permission.ALLOW, Permission.DENY]),
                pattern=dice.choice([PatternType.LITERAL, PatternType.PREFIXED]),
            )
            known.add(new)
            acls.add([new])
        for _ in range(5):
            who, host, name = dice.choice([ALICE, "User:bob"]), dice.choice([HOST, "10.0.0.3"]), dice.choice(names[1:])
            operation = dice.choice(operations[1:])
            assert may(acls, operation, name, who, host) is naive(known, who, host, operation, name)
    assert set(acls) == known
