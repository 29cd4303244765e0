"""What an error is called in each protocol.

A service raises ServiceError with the code of its newest model. JSON and CBOR send that code; Query sends the code of
the `awsQueryError` trait, or one of the common codes. Either spelling is understood.

Sources: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsqueryerror-trait and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from typing import Any, NamedTuple

from weirmq.kernel.errors import ServiceError

Headers = tuple[tuple[bytes, bytes], ...]

_MALFORMED = "SerializationException"  # whose message begins with a capital letter, unlike those of all others
# What every service can answer, and its name in the Query protocol.
_COMMON = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    _MALFORMED: "MalformedInput",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}
_FRAMEWORK = "com.amazon.coral.service"  # the namespace of errors that stand in no model


class Naming(NamedTuple):
    """One error's names. `json` is the code in JSON and CBOR, `type` the whole `__type`, `query` the code in Query.

    `message` is what the member is called that holds the message, `query_messages` what Query says instead of a
    message, `shape` the name of the error's shape, if it has one.
    """

    json: str
    type: str
    query: str
    message: str
    query_messages: dict[str, str]
    shape: str | None


class Errors:
    """The names of a service's errors, by either of an error's codes."""

    def __init__(self, metadata: dict[str, Any], shapes: dict[str, Any]) -> None:
        self._namespace: str | None = metadata.get("errorNamespace")
        self._is_query_compatible = "awsQueryCompatible" in metadata
        self._namings: dict[str, Naming] = {}
        for code, query in _COMMON.items():
            message = "Message" if code == _MALFORMED else "message"
            self._add(Naming(code, self._typed(code, _FRAMEWORK), query, message, {}, None))
        for name, shape in shapes.items():
            if shape.get("exception"):
                self._add(self._modelled(name, shape))

    def naming(self, code: str) -> Naming:
        """The names of the error with this code, in whichever protocol it is the code."""
        found = self._namings.get(code)
        return found or Naming(code, self._typed(code, _FRAMEWORK), code, "message", {}, None)

    def headers(self, error: ServiceError) -> Headers:
        """The header that tells Query's code to clients which knew the service when it spoke Query.

        https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
        """
        if not self._is_query_compatible:
            return ()
        fault = "Sender" if error.sender else "Receiver"
        return ((b"x-amzn-query-error", f"{self.naming(error.code).query};{fault}".encode()),)

    def _add(self, naming: Naming) -> None:
        self._namings[naming.query] = naming
        self._namings[naming.json] = naming

    def _modelled(self, name: str, shape: dict[str, Any]) -> Naming:
        error: dict[str, Any] = shape.get("error", {})
        members: dict[str, Any] = shape.get("members", {})
        message = next((ref.get("locationName", m) for m, ref in members.items() if m.lower() == "message"), "message")
        namespace = error.get("namespace", self._namespace)
        query = error.get("code", name)
        return Naming(name, self._typed(name, namespace), query, message, error.get("messages", {}), name)

    def _typed(self, code: str, namespace: str | None) -> str:
        """Services differ in whether `__type` has a namespace; SDKs cut it off."""
        return f"{namespace}#{code}" if namespace and self._namespace else code


def malformed(message: str = "") -> ServiceError:
    """The refusal of a request that can't be read."""
    return ServiceError(_MALFORMED, message)
