"""The listeners of a broker: what each demands of a client before it may ask anything.

Four have names of their own here, for those are MSK's, each at its port. Others have any name; one that is the name of
a security protocol has that protocol, as in Kafka.

| listener | security protocol | port | mechanisms |
|---|---|---|---|
| PLAINTEXT | PLAINTEXT | 9092 | |
| SSL | SSL | 9094 | |
| SASL_SCRAM | SASL_SSL | 9096 | SCRAM-SHA-512, SCRAM-SHA-256 |
| SASL_IAM | SASL_SSL | 9098 | AWS_MSK_IAM, OAUTHBEARER |

Sources: https://kafka.apache.org/documentation/#listener_configuration,
https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
"""

from collections.abc import Mapping
from typing import Final

import msgspec

PLAINTEXT: Final = "PLAINTEXT"
SSL: Final = "SSL"
SASL_SCRAM: Final = "SASL_SCRAM"
SASL_IAM: Final = "SASL_IAM"
SASL_PLAINTEXT: Final = "SASL_PLAINTEXT"
SASL_SSL: Final = "SASL_SSL"
PROTOCOLS: Final = (PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL)

PLAIN: Final = "PLAIN"
SCRAM_SHA_256: Final = "SCRAM-SHA-256"
SCRAM_SHA_512: Final = "SCRAM-SHA-512"
OAUTHBEARER: Final = "OAUTHBEARER"
AWS_MSK_IAM: Final = "AWS_MSK_IAM"
MECHANISMS: Final = (PLAIN, SCRAM_SHA_256, SCRAM_SHA_512, OAUTHBEARER, AWS_MSK_IAM)


class ListenerKind(msgspec.Struct, frozen=True):
    """A security protocol, the port that MSK has for it (0: none), and the SASL mechanisms that are taken."""

    protocol: str
    port: int = 0
    mechanisms: tuple[str, ...] = ()

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.protocol.endswith("SSL")

    @property
    def wants_login(self) -> bool:
        """Whether clients must log in (SASL)."""
        return self.protocol.startswith("SASL_")


KINDS: Final[Mapping[str, ListenerKind]] = {
    PLAINTEXT: ListenerKind(PLAINTEXT, 9092),
    SSL: ListenerKind(SSL, 9094),
    SASL_SCRAM: ListenerKind(SASL_SSL, 9096, (SCRAM_SHA_512, SCRAM_SHA_256)),
    SASL_IAM: ListenerKind(SASL_SSL, 9098, (AWS_MSK_IAM, OAUTHBEARER)),
    SASL_PLAINTEXT: ListenerKind(SASL_PLAINTEXT),
    SASL_SSL: ListenerKind(SASL_SSL),
}
