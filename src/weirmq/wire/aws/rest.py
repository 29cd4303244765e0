"""REST-JSON: paths, query strings and headers for some members, JSON for the rest.

Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html and https://smithy.io/2.0/spec/http-bindings.html
REST-XML is left out: no messaging service speaks it.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import json, readers, timestamps
from weirmq.wire.aws.assembly import assemble_parts
from weirmq.wire.aws.disassembly import disassemble, present, tree_of
from weirmq.wire.aws.errors import malformed
from weirmq.wire.aws.form import PARAMETERS_MAX
from weirmq.wire.aws.model import Operation, ServiceModel
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.shapes import Member, Nothing, Shape
from weirmq.wire.aws.violations import Violations, place_of
from weirmq.wire.http import Request, Response

_JSON = b"application/json"
_BINARY = b"application/octet-stream"
_TEXT = b"text/plain"
_BODILESS = frozenset({204, 304})  # RFC 9110, 6.4.1
# RFC 9110, 5.6.1: a list of values, each bare or a quoted string. No nested quantifiers: linear in any text.
_LIST_ENTRY = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^,]*))[ \t]*(?:,|\Z)', re.DOTALL)
_NEEDS_QUOTES = re.compile(r'[",]|\A\s|\s\Z')
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")

Query = dict[str, list[str]]


class _Text(str):
    """A value from a path, query string or header, so that the reader knows it from one of JSON."""

    __slots__ = ()


class _RestReader:
    def read(self, tree: Any, member: Member) -> Any:
        """The value of a scalar shape."""
        if not isinstance(tree, _Text):
            return readers.JSON.read(tree, member)
        found = readers.TEXT.read(tree, member)
        return str(found) if isinstance(found, _Text) else found  # no encoder knows a _Text


_READER = _RestReader()


class RestJsonCodec:
    """Requests and answers in REST-JSON."""

    name = "rest-json"

    def decode(self, operation: Operation, request: Request) -> msgspec.Struct:
        """The request as a Struct. Raises ServiceError for everything that isn't one."""
        shape = operation.input_shape
        if shape is None:
            return Nothing()
        violations = Violations()
        try:
            parts = {**_located(operation, shape, request), **_of_body(shape, request.body)}
            struct = assemble_parts(shape, parts, _READER, violations)
            violations.refuse(operation.service.metadata.get("missingParameter"))
        except ServiceError as error:
            raise _in_own_words(operation.service, error, place_of(violations.first)) from None
        return struct

    def encode(self, operation: Operation, answer: msgspec.Struct | None, request_id: str) -> Response:
        """The response that carries `answer`; None is an empty one."""
        shape = operation.output_shape
        headers = [(b"x-amzn-RequestId", request_id.encode())]
        status, content_type, body = operation.status, _JSON, b"{}"
        if shape is not None and answer is not None:
            headers += _headers(shape, answer)
            status = _status(shape, answer, status)
            content_type, body = _body(shape, answer)
        if status in _BODILESS:
            content_type, body = b"", b""
        return Response(status, body, content_type, tuple(headers))

    def encode_error(self, service: ServiceModel, error: ServiceError, request_id: str) -> Response:
        """The response that carries `error`: its code in a header, its members like those of any structure."""
        naming = service.errors.naming(error.code)
        headers = [(b"x-amzn-RequestId", request_id.encode()), (b"x-amzn-ErrorType", naming.json.encode())]
        fields: dict[str, Any] = dict(error.fields or {})
        if naming.shape:
            shape = service.shapes[naming.shape]
            headers += _headers(shape, fields)
            fields = _body_tree(shape, fields)
        if error.message:
            fields[naming.message] = error.message
        return Response(error.status, json.write_tree(fields), _JSON, tuple(headers))


def _in_own_words(service: ServiceModel, error: ServiceError, place: str) -> ServiceError:
    """The refusal of a request, as a service says it that has an error of its own for all of them."""
    own: Mapping[str, str] | None = service.metadata.get("invalidRequest")
    if own is None:
        return error
    return ServiceError(own["code"], error.message, fields={own["member"]: place} if place else None)


# Requests


def _located(operation: Operation, shape: Shape, request: Request) -> dict[str, Any]:
    """The members that stand in the path, the query string and the headers, by name."""
    labels = _labels(operation, request)
    query: Query | None = None
    parts: dict[str, Any] = {}
    for member in shape.members:
        if member.location == "uri":
            parts[member.name] = labels.get(member.wire)
        elif member.location == "querystring":
            query = _query(request) if query is None else query
            parts[member.name] = _of_query(member, query)
        elif member.location == "header":
            parts[member.name] = _of_header(member, request.headers)
        elif member.location == "headers":
            parts[member.name] = _of_headers(member, request.headers)
    return parts


def _labels(operation: Operation, request: Request) -> dict[str, _Text]:
    found = operation.path_pattern.fullmatch(request.path)
    return dict(zip(operation.labels, map(_unquoted, found.groups()), strict=True)) if found else {}


def _unquoted(text: bytes) -> _Text:
    try:
        return _Text(unquote_to_bytes(text).decode())
    except UnicodeDecodeError:
        raise malformed("The path must be UTF-8") from None


def _query(request: Request) -> Query:
    found: Query = {}
    try:
        text = request.query.decode()
        for name, value in parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX):
            found.setdefault(name, []).append(_Text(value))
    except ValueError:
        raise malformed("The query string is malformed, or has too many parameters") from None
    return found


def _of_query(member: Member, query: Query) -> Any:
    if member.shape.type == "map":  # takes every parameter, those too that have a member of their own
        if member.shape.value.shape.type == "list":
            return query
        return {name: values[0] for name, values in query.items()}
    values = query.get(member.wire)
    if values is None or member.shape.type == "list":
        return values
    return values[0]


def _of_header(member: Member, headers: dict[bytes, bytes]) -> Any:
    raw = headers.get(member.wire.lower().encode())
    if raw is None:
        return None
    text = _header_text(raw)
    if member.shape.type != "list":
        return text
    if member.shape.item.shape.type == "timestamp" and member.shape.item.timestamp_format in {None, "rfc822"}:
        pieces = text.split(",")  # an HTTP date has one comma itself
        return [_Text(",".join(pieces[at : at + 2]).strip()) for at in range(0, len(pieces), 2)]
    return list(_entries(text))


def _entries(text: str) -> Iterator[_Text]:
    at = 0
    while at < len(text):
        found = _LIST_ENTRY.match(text, at)
        if found is None or found.end() == at:
            raise malformed("A header with a list of values is malformed")
        quoted, bare = found.groups()
        yield _Text(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare.strip())
        at = found.end()


def _of_headers(member: Member, headers: dict[bytes, bytes]) -> dict[str, _Text]:
    """A map of the headers that begin with a prefix."""
    prefix = (member.wire if member.wire != member.name else "").lower()
    found = {name.decode("latin-1"): value for name, value in headers.items()}
    return {name[len(prefix) :]: _header_text(value) for name, value in found.items() if name.startswith(prefix)}


def _header_text(raw: bytes) -> _Text:
    try:
        return _Text(raw.decode())
    except UnicodeDecodeError:
        return _Text(raw.decode("latin-1"))


def _of_body(shape: Shape, body: bytes) -> dict[str, Any]:
    """The members that stand in the body, by name."""
    payload = shape.payload
    if payload is not None:
        return {payload.name: _of_payload(payload, body)} if body else {}
    bound = [member for member in shape.members if member.location is None]
    if not body or not bound:
        return {}
    tree = json.parse(body)
    if not isinstance(tree, dict):
        raise malformed("Start of structure expected")
    return {member.name: tree.get(member.wire) for member in bound}


def _of_payload(payload: Member, body: bytes) -> Any:
    if payload.shape.type == "blob":
        return b64encode(body).decode()  # as JSON would have it: one reader for all bodies
    if payload.shape.type == "string":
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise malformed("The body must be UTF-8") from None
    return json.parse(body)


# Answers


def _headers(shape: Shape, answer: Any) -> list[tuple[bytes, bytes]]:
    headers = []
    for member, value in present(shape, answer):
        if member.location == "header":
            headers.append((member.wire, _header_value(member, value)))
        elif member.location == "headers":
            prefix = member.wire if member.wire != member.name else ""
            headers += [(f"{prefix}{name}", str(part)) for name, part in value.items()]
    return [(_header_bytes(name), _header_bytes(value)) for name, value in headers]


def _header_bytes(text: str) -> bytes:
    """Without line ends and other controls: what a client sent must not become a header of its own."""
    return _CONTROLS.sub(" ", text).encode()


def _header_value(member: Member, value: Any) -> str:
    if member.shape.type == "list":
        item = member.shape.item
        texts = [_scalar_text(item, part) for part in value]
        if item.shape.type == "timestamp":
            return ", ".join(texts)
        return ", ".join(map(_quoted, texts))
    return _scalar_text(member, value)


def _quoted(text: str) -> str:
    if text and not _NEEDS_QUOTES.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _scalar_text(member: Member, value: Any) -> str:
    if member.json_text:
        return b64encode(json.write_tree(value)).decode()
    if isinstance(value, Timestamp):
        return str(json.write_time(value, timestamps.http_of))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return json.write_float(value) if isinstance(value, float) else str(value)


def _status(shape: Shape, answer: Any, status: int) -> int:
    given = [value for member, value in present(shape, answer) if member.location == "statusCode"]
    return int(given[0]) if given else status


def _body(shape: Shape, answer: Any) -> tuple[bytes, bytes]:
    """Content type and bytes of the body."""
    payload = shape.payload
    if payload is None:
        tree = _body_tree(shape, answer)
        return _JSON, json.write_tree(tree)
    value = getattr(answer, payload.field)
    if payload.shape.type == "blob":
        return _BINARY, value or b""
    if payload.shape.type == "string":
        return _TEXT, (value or "").encode()
    if value is None:
        return _JSON, b"{}" if payload.shape.type == "structure" and not payload.shape.is_free else b""
    return _JSON, json.write_tree(tree_of(payload, value, json.write_scalar))


def _body_tree(shape: Shape, answer: Any) -> dict[str, Any]:
    located = {member.wire for member in shape.members if member.location is not None}
    if not located:
        return disassemble(shape, answer, json.write_scalar)
    kept: Mapping[str, Any] = {m.name: value for m, value in present(shape, answer) if m.location is None}
    return disassemble(shape, kept, json.write_scalar)
