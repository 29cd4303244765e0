"""What the log holds of those who log in by SCRAM: verifiers, never passwords."""

from weirmq.engine.machine import Fact


class ScramCredentialSet(Fact, tag=30):
    """A user of a cluster may log in by a mechanism (`SCRAM-SHA-256`, `SCRAM-SHA-512`)."""

    cluster: int
    user: str
    mechanism: str
    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


class ScramCredentialDropped(Fact, tag=31):
    """The user may not any more."""

    cluster: int
    user: str
    mechanism: str


class ScramSecretMade(Fact, tag=32):
    """What the salts are made of that strangers are shown: the same at each try, as those of users are. So are the
    passwords of delegation tokens.
    """

    secret: bytes
