"""Which service, operation and protocol a request is for.

Paths collide between services, so what names the service is asked first: the X-Amz-Target header, whose prefix is the
service's own; the path of Smithy RPC; else the scope that the request was signed for. Unsigned requests are routed by
what they say themselves: a target, an Action and Version, or a path that one service knows.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import unquote

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import sigv4
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import Operation, ServiceModel
from weirmq.wire.aws.paths import PathTree
from weirmq.wire.aws.query import QueryCodec
from weirmq.wire.http import Request

_PARAMETER = re.compile(rb"(?:^|&)(Action|Version)=([^&]*)")
_ACTION = b"Action="
_FORMS_KNOWN = 1024
_NAME_SHOWN_MAX = 128  # characters of an unknown operation's name that an answer repeats
_RPC_PATH = re.compile(rb"/service/([^/]+)/operation/([^/]+)")


class Route(msgspec.Struct, frozen=True):
    """Where a request goes. Where `refusal` is set, there is no such operation, and that is the answer."""

    service: ServiceModel
    codec: Codec
    operation: Operation | None = None
    refusal: ServiceError | None = None


class Router:
    """Routes requests between `services`."""

    def __init__(self, services: Iterable[ServiceModel]) -> None:
        self._query = QueryCodec()
        self._json = {version: JsonCodec(version) for version in ("1.0", "1.1")}
        self._targets: dict[bytes, Route] = {}
        self._cbor_targets: dict[bytes, Route] = {}
        self._prefixes: dict[bytes, ServiceModel] = {}
        self._by_scope: dict[str, ServiceModel] = {}
        self._by_version: dict[bytes, list[ServiceModel]] = {}
        self._actions: dict[bytes, list[ServiceModel]] = {}
        self._trees: dict[str, PathTree] = {}
        self._forms: dict[bytes, ServiceModel | None] = {}
        self._named_routes: dict[tuple[str, bytes], Route] = {}
        for service in services:
            self._add(service)

    def route(self, request: Request) -> Route | None:
        """Where `request` goes; None where nothing says that it is for an AWS service at all."""
        target = request.headers.get(b"x-amz-target")
        if target is not None:
            found = self._cbor_targets.get(target)
            if found is None or b"cbor" not in request.headers.get(b"content-type", b""):
                found = self._targets.get(target)
            return found or self._unknown(request, target)
        if request.path.startswith(b"/service/"):
            route = self._route_rpc(request)
            if route:
                return route
        service = self._signed_for(request)
        return self._route_action(request, service) or self._route_path(request, service) or self._refuse(service)

    def _signed_for(self, request: Request) -> ServiceModel | None:
        """The service that a request says to be signed for, unchecked. A client's requests say so in one form."""
        form = sigv4.form_of(request.headers.get(b"authorization", b""))
        if form in self._forms:
            return self._forms[form]
        signed = sigv4.claimed(request)
        service = self._by_scope.get(signed.service) if signed else None
        if form:
            if len(self._forms) >= _FORMS_KNOWN:
                self._forms.clear()
            self._forms[form] = service
        return service

    # Imported when a service speaks them: the CBOR library alone takes some 20 ms of a server's start.

    @cached_property
    def _rest(self) -> Codec:
        from weirmq.wire.aws.rest import RestJsonCodec

        return RestJsonCodec()

    @cached_property
    def _cbor(self) -> Codec:
        from weirmq.wire.aws.cbor import CborCodec

        return CborCodec()

    @cached_property
    def _smithy(self) -> Codec:
        from weirmq.wire.aws.cbor import CborCodec

        return CborCodec(smithy=True)

    def _add(self, service: ServiceModel) -> None:
        self._by_scope[service.signing_name] = service
        if service.target_prefix and "json" in service.protocols:
            self._prefixes[service.target_prefix.encode()] = service
            json = self._json_of(service)
            for name, operation in service.operations.items():
                target = f"{service.target_prefix}.{name}".encode()
                self._targets[target] = Route(service, json, operation)
                if "cbor" in service.protocols:
                    self._cbor_targets[target] = Route(service, self._cbor, operation)
        if "smithy-rpc-v2-cbor" in service.protocols and service.target_prefix:
            self._prefixes[service.target_prefix.encode()] = service
        if "query" in service.protocols:
            self._by_version.setdefault(service.version.encode(), []).append(service)
            for name in service.operations:
                self._actions.setdefault(name.encode(), []).append(service)
        if "rest-json" in service.protocols:
            self._trees[service.name] = PathTree(service.operations.values())

    def _json_of(self, service: ServiceModel) -> JsonCodec:
        return self._json[service.metadata.get("jsonVersion", "1.0")]

    def _unknown(self, request: Request, target: bytes) -> Route | None:
        """A target that no service has."""
        prefix, _, name = target.rpartition(b".")
        service = self._prefixes.get(prefix)
        if service is None:
            signed = sigv4.claimed(request)
            service = self._by_scope.get(signed.service) if signed else None
        if service is None:
            return None
        return Route(service, self._json_of(service), refusal=_unknown_operation(name))

    def _route_rpc(self, request: Request) -> Route | None:
        """https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#requests"""
        found = _RPC_PATH.fullmatch(request.path)
        service = self._prefixes.get(found[1]) if found else None
        if found is None or service is None or "smithy-rpc-v2-cbor" not in service.protocols:
            return None
        return self._named(service, self._smithy, found[2])

    def _route_action(self, request: Request, signed_for: ServiceModel | None) -> Route | None:
        """The Query protocol: an Action in the query string or in a form."""
        if signed_for and "query" not in signed_for.protocols:
            return None
        body = request.body
        if signed_for is not None and body.startswith(_ACTION) and body.count(_ACTION) == 1 and not request.query:
            name = body[len(_ACTION) :].partition(b"&")[0]  # as every SDK writes it
            return self._named_routes.get((signed_for.name, name)) or self._named(signed_for, self._query, name)
        named: dict[bytes, bytes] = dict(_PARAMETER.findall(request.query)) if request.query else {}
        if request.body and b"json" not in request.headers.get(b"content-type", b""):
            named.update(_PARAMETER.findall(request.body))
        action = named.get(b"Action")
        if action is None:
            return None
        service = signed_for or self._speaker(action, named.get(b"Version"))
        return self._named(service, self._query, action) if service else None

    def _speaker(self, action: bytes, version: bytes | None) -> ServiceModel | None:
        """The service that an unsigned Action is for: of those of its Version, one that has it, else any of them."""
        having = self._actions.get(action, [])
        of_version = self._by_version.get(version, []) if version else []
        both = [service for service in having if service in of_version]
        return next(iter(both or of_version or having or self._query_speakers()), None)

    def _query_speakers(self) -> list[ServiceModel]:
        """The services that speak Query: one of them must say that it doesn't know the Action."""
        return [service for services in self._by_version.values() for service in services]

    def _route_path(self, request: Request, signed_for: ServiceModel | None) -> Route | None:
        """The REST protocols: method and path."""
        trees = self._trees if signed_for is None else {signed_for.name: self._trees.get(signed_for.name)}
        for tree in trees.values():
            operation = tree.find(request) if tree else None
            if operation:
                return Route(operation.service, self._rest, operation)
        return None

    def _refuse(self, service: ServiceModel | None) -> Route | None:
        """A request that was signed for a service, and names nothing that this has."""
        if service is None:
            return None
        if "query" in service.protocols:
            refusal = ServiceError("MissingAction", "The request must contain the parameter Action.")
            return Route(service, self._query, refusal=refusal)
        codec: Codec = self._rest if "rest-json" in service.protocols else self._json_of(service)
        return Route(service, codec, refusal=_unknown_operation(b""))

    def _named(self, service: ServiceModel, codec: Codec, name: bytes) -> Route:
        text = unquote(name.decode("latin-1"), errors="replace")
        operation = service.operations.get(text)
        if operation is not None:
            route = Route(service, codec, operation)
            if codec is self._query and name == text.encode():
                self._named_routes[service.name, name] = route
            return route
        if codec is self._query:
            message = f"The action {text[:_NAME_SHOWN_MAX]} is not valid for this endpoint."
            return Route(service, codec, refusal=ServiceError("UnknownOperationException", message))
        return Route(service, codec, refusal=_unknown_operation(name))


def _unknown_operation(name: bytes) -> ServiceError:
    shown = name.decode("utf-8", "replace")[:_NAME_SHOWN_MAX]
    message = f"The operation {shown} is not known." if shown else "The request names no operation."
    return ServiceError("UnknownOperationException", message, status=404)
