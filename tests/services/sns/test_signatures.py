import json
from base64 import b64decode

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.services.sns.world import World, key
from weirmq.services.sns.facts import KeyMade

# https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: what is signed, in this order.
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303


def verify(world: World, body: str) -> None:
    """As a receiver does, with the certificate alone."""
    fields = json.loads(body)
    names = NOTIFICATION if fields["Type"] == "Notification" else CONFIRMATION
    signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    certificate = x509.load_pem_x509_certificate(world.sns.signer.page(world.sns.signer.certificate_path) or b"")
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(
        b64decode(fields["Signature"]), signed.encode(), padding.PKCS1v15(), HASHES[fields["SignatureVersion"]]
    )


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [None, "Hi \u00e9"])
def test_a_queue_s_message(world: World, version: str, subject: str | None) -> None:
    topic, queue = world.topic(SignatureVersion=version), world.queue()
    world.subscribe(topic, queue)
    world.publish(topic, 'tricky \n  "SigningCertURL" : "\u2028"', Subject=subject)
    [body] = world.bodies(queue)
    verify(world, body)
    with pytest.raises(InvalidSignature):
        verify(world, body.replace("tricky", "trick"))


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_confirmation(world: World, version: str) -> None:
    topic = world.topic(SignatureVersion=version)
    world.subscribe(topic, "https://example.com/", "https")
    verify(world, world.errand(world.tasks()[0]).body.decode())


def test_an_http_endpoint_s_message(world: World) -> None:
    topic = world.topic()
    arn = world.subscribe(topic, "https://example.com/", "https")
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(arn).token)
    world.publish(topic, "hi")
    verify(world, world.errand(world.tasks()[-1]).body.decode())


def test_one_signature_for_all_queues(world: World) -> None:
    topic = world.topic()
    queues = [world.queue(f"q{number}") for number in range(3)]
    for queue in queues:
        world.subscribe(topic, queue)
    world.publish(topic)
    found = {json.loads(world.bodies(queue)[0])["Signature"] for queue in queues}
    assert len(found) == 1
    assert len(world.sns.signer._signatures) == 1


def test_the_key_stays(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    world.subscribe(topic, queue)
    world.publish(topic)
    for other in (world.restarted(), world.restored()):
        assert other.sns.machine.key == world.sns.machine.key
        other.sns.make_key(other.clock.now_ms())
        verify(world, other.bodies(queue)[0])


def test_a_key_is_made_once() -> None:
    made = key()
    assert isinstance(made, KeyMade)
    certificate = x509.load_pem_x509_certificate(made.certificate)
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == 2048
    assert made.name.isalnum()
