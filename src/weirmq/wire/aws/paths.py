"""Operations by HTTP method and path, for the REST protocols.

Source: https://smithy.io/2.0/spec/http-bindings.html#uri
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from weirmq.wire.aws.model import Operation
from weirmq.wire.http import Request

_SEGMENTS_MAX = 64  # the longest path of our services has 9


class _Node:
    __slots__ = ("ends", "label", "literals")

    def __init__(self) -> None:
        self.literals: dict[bytes, _Node] = {}
        self.label: _Node | None = None
        self.ends: list[Operation] = []


class PathTree:
    """The operations of one service. A path is matched as it came, still percent-encoded; where a literal and a label
    both fit, the literal wins."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._greedy: list[Operation] = []  # a label that takes slashes fits no tree of segments
        for operation in operations:
            if "+}" in operation.path:
                self._greedy.append(operation)
            else:
                self._add(operation)

    def find(self, request: Request) -> Operation | None:
        """The operation that a request is for."""
        segments = request.path.split(b"/", _SEGMENTS_MAX)[1:]
        found = _descend(self._root, segments, 0, request)
        if found:
            return found
        matching = [operation for operation in self._greedy if operation.path_pattern.fullmatch(request.path)]
        return _choose(matching, request)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{"):
                node.label = node.label or _Node()
                node = node.label
            else:
                node = node.literals.setdefault(segment.encode(), _Node())
        node.ends.append(operation)


def _descend(node: _Node, segments: list[bytes], at: int, request: Request) -> Operation | None:
    if at == len(segments):
        return _choose(node.ends, request)
    segment = segments[at]
    literal = node.literals.get(segment)
    found = _descend(literal, segments, at + 1, request) if literal else None
    if found is None and node.label and segment:
        found = _descend(node.label, segments, at + 1, request)
    return found


def _choose(operations: list[Operation], request: Request) -> Operation | None:
    """Of the operations at one path, that of the request's method with the most fixed query parameters that it has."""
    method = request.method.decode("latin-1")
    fitting = [operation for operation in operations if operation.method == method]
    if len(fitting) == 1 and not fitting[0].query:
        return fitting[0]
    given = dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
    fitting = [operation for operation in fitting if operation.query.items() <= given.items()]
    return max(fitting, key=lambda operation: len(operation.query), default=None)
