"""Logins of confluent-kafka, kafka-python and aiokafka: by each mechanism that they have, and with a wrong password."""

import asyncio
import os
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

CA = os.environ["CA"]
PASSWORD = os.environ["PASSWORD"]


def server(listener: str) -> str:
    return f"localhost:{os.environ[listener + '_PORT']}"


def confluent() -> None:
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
    from confluent_kafka import KafkaError, Producer

    def sent(listener: str, protocol: str, **settings: object) -> object:
        """The offset of a record, or the error that kept it from being sent."""
        found: list[object] = []
        named = {name.replace("_", "."): value for name, value in settings.items() if name != "oauth_cb"}
        more = {"oauth_cb": settings["oauth_cb"]} if "oauth_cb" in settings else {}
        producer = Producer(
            {
                "bootstrap.servers": server(listener), "security.protocol": protocol, "ssl.ca.location": CA,
                "message.timeout.ms": 8000, "error_cb": lambda error: found.append(error.code()), "log_level": 0,
                **named, **more,
            }
        )  # fmt: skip
        producer.produce("rivers", b"hello", on_delivery=lambda error, message: found.append(error or message.offset()))
        while not found:
            producer.poll(0.1)
        producer.purge()
        return found[0]

    def password(mechanism: str, word: str = PASSWORD) -> dict[str, str]:
        return {"sasl_mechanism": mechanism, "sasl_username": "alice", "sasl_password": word}

    assert isinstance(sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-512")), int)
    assert sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-512", "wrong")) == KafkaError._AUTHENTICATION
    print("ok scram")
    for mechanism in ("PLAIN", "SCRAM-SHA-256"):
        assert isinstance(sent("INSIDE", "SASL_PLAINTEXT", **password(mechanism)), int)
        assert sent("INSIDE", "SASL_PLAINTEXT", **password(mechanism, "wrong")) == KafkaError._AUTHENTICATION
    print("ok plain")
    own = {"ssl_certificate_location": os.environ["CERTIFICATE"], "ssl_key_location": os.environ["CERTIFICATE"]}
    assert isinstance(sent("SSL", "SSL", **own), int)
    print("ok mutual")
    token = Path(os.environ["TOKEN"]).read_text()
    oauth = {"sasl_mechanism": "OAUTHBEARER"}
    inside: object = sent("INSIDE", "SASL_PLAINTEXT", **oauth, oauth_cb=lambda _given: (token, time.time() + 60))
    assert isinstance(inside, int)
    print("ok oauth")

    def signed(_given: object) -> tuple[str, float]:
        made, expires_ms = MSKAuthTokenProvider.generate_auth_token("us-east-1")
        return made, expires_ms / 1000

    assert isinstance(sent("SASL_IAM", "SASL_SSL", **oauth, oauth_cb=signed), int)
    os.environ["AWS_SECRET_ACCESS_KEY"] += "!"
    assert sent("SASL_IAM", "SASL_SSL", **oauth, oauth_cb=signed) == KafkaError._AUTHENTICATION
    print("ok iam")


def pure() -> None:
    from kafka import KafkaProducer
    from kafka.errors import KafkaError

    def sent(listener: str, protocol: str, **settings: object) -> int:
        producer = KafkaProducer(
            bootstrap_servers=server(listener), security_protocol=protocol, ssl_cafile=CA, max_block_ms=8000, **settings
        )
        try:
            return int(producer.send("rivers", b"hello").get(8).offset)
        finally:
            producer.close(0)

    def password(mechanism: str, word: str = PASSWORD) -> dict[str, str]:
        return {"sasl_mechanism": mechanism, "sasl_plain_username": "alice", "sasl_plain_password": word}

    assert sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-512")) >= 0
    try:
        sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-512", "wrong"))
    except KafkaError:
        print("ok scram")
    assert sent("INSIDE", "SASL_PLAINTEXT", **password("PLAIN")) >= 0
    print("ok plain")
    own = os.environ["CERTIFICATE"]
    assert sent("SSL", "SSL", ssl_certfile=own, ssl_keyfile=own) >= 0
    print("ok mutual")


async def asynchronous() -> None:
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

    async def sent(listener: str, protocol: str, **settings: object) -> int:
        context = ssl.create_default_context(cafile=CA)
        if protocol == "SSL":
            context.load_cert_chain(os.environ["CERTIFICATE"])
        async with AIOKafkaProducer(
            bootstrap_servers=server(listener), security_protocol=protocol, ssl_context=context, **settings
        ) as producer:
            return int((await producer.send_and_wait("rivers", b"hello")).offset)

    def password(mechanism: str, word: str = PASSWORD) -> dict[str, str]:
        return {"sasl_mechanism": mechanism, "sasl_plain_username": "alice", "sasl_plain_password": word}

    assert await sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-256")) >= 0
    try:
        await sent("SASL_SCRAM", "SASL_SSL", **password("SCRAM-SHA-256", "wrong"))
    except KafkaError:
        print("ok scram")
    assert await sent("INSIDE", "SASL_PLAINTEXT", **password("PLAIN")) >= 0
    print("ok plain")
    assert await sent("SSL", "SSL") >= 0
    print("ok mutual")


CLIENTS: dict[str, Callable[[], None]] = {
    "confluent": confluent,
    "pure": pure,
    "asynchronous": lambda: asyncio.run(asynchronous()),
}
CLIENTS[sys.argv[1]]()
