"""SCRAM: who may log in, who says so, and what strangers find out."""

import pytest

from tests.services.kafka.logging_in import HASHES, newcomer, say, scram, shake
from tests.services.kafka.world import World
from weirmq.services.kafka import scram as service
from weirmq.services.kafka.ask import ANONYMOUS
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)
from weirmq.wire.kafka.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
    UserName,
)
from weirmq.wire.sasl.scram import salted

SHA_256, SHA_512 = 1, 2
INVALID = "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512"
SALT = b"some salt"
PASSWORD = "hush"


def upsertion(
    name: str, mechanism: int = SHA_512, iterations: int = 8192, salt: bytes = SALT
) -> ScramCredentialUpsertion:
    algorithm = {SHA_256: "sha256", SHA_512: "sha512"}.get(mechanism, "sha512")
    return ScramCredentialUpsertion(
        name, mechanism, iterations, salt, salted(algorithm, PASSWORD.encode(), salt or b"x", iterations)
    )


def alter(world: World, *changes: ScramCredentialUpsertion | ScramCredentialDeletion) -> dict[str, tuple[int, str]]:
    deletions = [each for each in changes if isinstance(each, ScramCredentialDeletion)]
    upsertions = [each for each in changes if isinstance(each, ScramCredentialUpsertion)]
    answer = world.ask(AlterUserScramCredentialsRequest(deletions, upsertions))
    return {each.user: (each.error_code, each.error_message) for each in answer.results}


def described(world: World, *names: str) -> dict[str, list[tuple[int, int]] | tuple[int, str]]:
    users = [UserName(name) for name in names]
    answer = world.ask(DescribeUserScramCredentialsRequest(users or None))
    return {
        each.user: (each.error_code, each.error_message)
        if each.error_code
        else [(info.mechanism, info.iterations) for info in each.credential_infos]
        for each in answer.results
    }


@pytest.mark.parametrize("mechanism", list(HASHES))
@pytest.mark.parametrize("header", ["n,,", "y,,", "n,a=ann,"])
def test_the_servers_users(header: str, mechanism: str) -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "h\u00fcsh,="}
    for _ in range(2):
        peer = newcomer(mechanism)
        assert not scram(world, peer, "ann", "h\u00fcsh,=", mechanism, header).error_code
        assert str(peer.principal) == "User:ann"


@pytest.mark.parametrize(
    ("user", "password", "header"), [("ann", "wrong", "n,,"), ("eve", "hush", "n,,"), ("ann", "", "n,,")]
)
def test_strangers_and_wrong_passwords_look_alike(user: str, password: str, header: str) -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    peer = newcomer("SCRAM-SHA-512")
    answer = scram(world, peer, user, password, header=header)
    assert (answer.error_code, answer.error_message) == (Code.SASL_AUTHENTICATION_FAILED, INVALID)
    assert (peer.principal, peer.is_closed) == (ANONYMOUS, True)


def test_strangers_are_shown_the_same_salt_each_time() -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}

    def shown(world: World, user: str) -> list[str]:
        peer = newcomer("SCRAM-SHA-512")
        shake(world, peer, "SCRAM-SHA-512")
        nonce, *rest = say(world, peer, f"n,,n={user},r=x".encode()).auth_bytes.decode().split(",")
        assert nonce.startswith("r=x")
        assert len(nonce) > 40
        return [*rest]

    first = {user: shown(world, user) for user in ("eve", "mallory", "ann")}
    assert len({each[0] for each in first.values()}) == 3
    assert {(len(each[0]), each[1]) for each in first.values()} == {(34, "i=4096")}
    after = world.restarted()
    after.kafka.verifiers.passwords = {"ann": "hush"}
    assert {user: shown(after, user) for user in first} == first


def test_an_authorization_id_of_another() -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    answer = scram(world, newcomer("SCRAM-SHA-512"), "ann", "hush", header="n,a=bob,")
    assert "authorization id that is different" in answer.error_message


@pytest.mark.parametrize(
    "final", [b"c=biws,r=other,p=eA==", b"c=eSws,r={nonce},p=eA==", b"c=biws,r={nonce},p=eA==", b"nonsense", b""]
)
def test_replayed_nonces_and_other_proofs(final: bytes) -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    peer = newcomer("SCRAM-SHA-512")
    shake(world, peer, "SCRAM-SHA-512")
    challenge = say(world, peer, b"n,,n=ann,r=x").auth_bytes
    nonce = challenge.partition(b",")[0].removeprefix(b"r=")
    assert say(world, peer, final.replace(b"{nonce}", nonce)).error_message == INVALID
    assert peer.principal == ANONYMOUS


def test_delegation_tokens_are_not_there() -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann,tokenauth": "hush"}
    peer = newcomer("SCRAM-SHA-512")
    answer = scram(world, peer, "ann=2Ctokenauth", "hush")
    assert not answer.error_code
    shake(world, peer := newcomer("SCRAM-SHA-512"), "SCRAM-SHA-512")
    assert not say(world, peer, b"n,,n=ann,r=x,tokenauth=true").error_code
    assert say(world, peer, b"n,,n=ann,r=x,m=1").error_code


# AlterUserScramCredentials, DescribeUserScramCredentials


def test_a_user_of_a_cluster() -> None:
    world = World(SimulatedDisk())
    assert alter(world, upsertion("ann"), upsertion("bob", mechanism=SHA_256, iterations=4096)) == {
        "ann": (0, None),
        "bob": (0, None),
    }
    assert described(world) == {"ann": [(SHA_512, 8192)], "bob": [(SHA_256, 4096)]}
    assert not scram(world, newcomer("SCRAM-SHA-512"), "ann", "hush").error_code
    assert scram(world, newcomer("SCRAM-SHA-256"), "ann", "hush", "SCRAM-SHA-256").error_code
    after = world.restarted()
    assert described(after) == described(world)
    assert not scram(after, newcomer("SCRAM-SHA-512"), "ann", "hush").error_code
    assert alter(after, ScramCredentialDeletion("ann", SHA_512)) == {"ann": (0, None)}
    assert scram(after, newcomer("SCRAM-SHA-512"), "ann", "hush").error_message == INVALID
    assert described(after) == {"bob": [(SHA_256, 4096)]}


def test_a_snapshot_has_them() -> None:
    world = World()
    alter(world, upsertion("ann"), upsertion("ann", mechanism=SHA_256))
    after = world.restarted()
    assert described(after) == {"ann": [(SHA_256, 8192), (SHA_512, 8192)]}
    assert not scram(after, newcomer("SCRAM-SHA-256"), "ann", "hush", "SCRAM-SHA-256").error_code


def test_no_password_is_in_the_journal() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    service.put_credential(world.kafka, world.clock.now_ms(), world.cluster(), "ann", "very-secret-words")
    world.flush()
    assert not scram(world, newcomer("SCRAM-SHA-512"), "ann", "very-secret-words").error_code
    written = b"".join(disk.contents(f"/data/journal/{name}") for name in disk.names("/data/journal"))
    assert b"ann" in written
    assert b"very-secret" not in written
    service.drop_credential(world.kafka, world.clock.now_ms(), world.cluster(), "ann")
    service.drop_credential(world.kafka, world.clock.now_ms(), world.cluster(), "ann")
    assert described(world) == {}


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        (upsertion("ann", iterations=4095), Code.UNACCEPTABLE_CREDENTIAL, "Too few iterations"),
        (upsertion("ann", iterations=16385), Code.UNACCEPTABLE_CREDENTIAL, "Too many iterations"),
        (upsertion(""), Code.UNACCEPTABLE_CREDENTIAL, "Username must not be empty"),
        (upsertion("ann", salt=b""), Code.UNACCEPTABLE_CREDENTIAL, "Salt and salted password must not be empty"),
        (upsertion("ann", mechanism=3), Code.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"),
        (ScramCredentialDeletion("ann", 0), Code.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"),
        (
            ScramCredentialDeletion("ann", SHA_512),
            Code.RESOURCE_NOT_FOUND,
            "Attempt to delete a user credential that does not exist",
        ),
    ],
)
def test_changes_that_are_refused(
    change: ScramCredentialUpsertion | ScramCredentialDeletion, code: Code, why: str
) -> None:
    world = World()
    assert alter(world, change, upsertion("bob")) == {change.name: (code, why), "bob": (0, None)}
    assert described(world) == {"bob": [(SHA_512, 8192)]}


def test_who_may_not_ask() -> None:
    world = World()
    world.kafka.authorizer.may = lambda *_asked: False  # type: ignore[method-assign]
    denied = Code.CLUSTER_AUTHORIZATION_FAILED
    assert alter(world, upsertion("ann")) == {"ann": (denied, service.DENIED)}
    assert world.ask(DescribeUserScramCredentialsRequest(None)).error_code == denied
    assert not world.cluster().scram


def test_one_change_twice() -> None:
    world = World()
    why = "A user credential cannot be altered twice in the same request"
    for other in (upsertion("ann", iterations=5000), ScramCredentialDeletion("ann", SHA_512)):
        assert alter(world, upsertion("ann"), other) == {"ann": (Code.DUPLICATE_RESOURCE, why)}
    assert described(world) == {}


def test_all_of_a_users_changes_or_none() -> None:
    world = World()
    assert alter(world, upsertion("ann"), ScramCredentialDeletion("ann", SHA_256))["ann"][0] == Code.RESOURCE_NOT_FOUND
    assert described(world) == {}


def test_the_servers_users_are_the_files() -> None:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    assert alter(world, upsertion("ann"))["ann"][0] == Code.UNACCEPTABLE_CREDENTIAL
    assert described(world) == {"ann": [(SHA_256, 4096), (SHA_512, 4096)]}


def test_users_that_cannot_be_described() -> None:
    world = World()
    alter(world, upsertion("ann"))
    assert described(world, "ann", "eve", "eve") == {
        "ann": [(SHA_512, 8192)],
        "eve": (
            Code.DUPLICATE_RESOURCE,
            "Cannot describe SCRAM credentials for the same user twice in a single request: eve",
        ),
    }
    assert described(world, "eve") == {
        "eve": (Code.RESOURCE_NOT_FOUND, "Attempt to describe a user credential that does not exist: eve")
    }
