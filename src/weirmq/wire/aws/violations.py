"""What breaks the limits of a model, and AWS's words for it.

Most services say everything that is wrong with a request in one ValidationException; SQS names the first parameter
that is missing. The words are those of AWS's answers; the code is in
https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html
"""

from collections.abc import Collection
from typing import Any

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.shapes import Shape

_SHOWN_MAX = 10  # violations beyond these are counted, not worded: a request can hold a million
_VALUE_SHOWN_MAX = 2048  # characters of a value that an answer repeats

Path = tuple[str, ...]

_TEXTS = frozenset({"string", "character"})
_SIZED = _TEXTS | {"list", "map", "blob"}


class Violations:
    """The limits that a request breaks, in the order found."""

    __slots__ = ("_count", "_missing", "_shown", "first")

    def __init__(self) -> None:
        self.first: Path = ()  # where the first of them is
        self._count = 0
        self._shown: list[str] = []
        self._missing: Path | None = None

    def missing(self, path: Path) -> None:
        """A required member is not there."""
        if self._missing is None:
            self._missing = path
        self._add(None, path, "Member must not be null")

    def check(self, shape: Shape, value: Any, path: Path) -> None:
        """Collect the limits of `shape` that `value` breaks. Those of an entry are said of the whole list or map."""
        for constraint in broken(shape, value):
            self._add(value, path, constraint)
        if shape.type == "list":
            self._check_entries("Member must satisfy constraint", shape.item.shape, value, value, path)
        elif shape.type == "map":
            self._check_entries("Map keys must satisfy constraint", shape.key.shape, value, value, path)
            self._check_entries("Map value must satisfy constraint", shape.value.shape, value.values(), value, path)

    def _check_entries(self, words: str, shape: Shape, entries: Collection[Any], whole: Any, path: Path) -> None:
        if is_limited(shape) and any(broken(shape, entry) for entry in entries):
            self._add(whole, path, f"{words}: [{', '.join(limits(shape))}]")

    def _add(self, value: Any, path: Path, constraint: str) -> None:
        self._count += 1
        if self._count == 1:
            self.first = path
        if self._count <= _SHOWN_MAX:
            self._shown.append(
                f"Value {_shown(value)} at '{place_of(path)}' failed to satisfy constraint: {constraint}"
            )

    def refuse(self, missing_code: str | None) -> None:
        """Raise the ServiceError that says what was found, if anything was. With `missing_code`, a service that has its
        own error for a missing parameter."""
        if not self._count:
            return
        if missing_code and self._missing:
            name = ".".join(step for step in self._missing if step != "member")
            raise ServiceError(missing_code, f"The request must contain the parameter {name}.")
        noun = "error" if self._count == 1 else "errors"
        raise ServiceError("ValidationException", f"{self._count} validation {noun} detected: {'; '.join(self._shown)}")


def is_limited(shape: Shape) -> bool:
    """Whether a value of the right kind can break a limit of `shape`."""
    return not shape.facts.keys().isdisjoint(("min", "max", "pattern", "enum"))


def broken(shape: Shape, value: Any) -> list[str]:
    """The limits of `shape` that `value` breaks, each as AWS words it."""
    if not is_limited(shape):
        return []
    facts = shape.facts
    found = []
    size = len(value) if shape.type in _SIZED else value
    if "max" in facts and size > facts["max"]:
        found.append(_most(shape))
    if "min" in facts and size < facts["min"]:
        found.append(_least(shape))
    if shape.type in _TEXTS:
        if "enum" in facts and value not in facts["enum"]:
            found.append(_one_of(shape))
        if shape.pattern and not shape.pattern.match(value):
            found.append(_matching(shape))
    return found


def limits(shape: Shape) -> list[str]:
    """All the limits of `shape`, as AWS words them."""
    words = {"max": _most, "min": _least, "enum": _one_of, "pattern": _matching}
    return [word(shape) for key, word in words.items() if key in shape.facts]


def _most(shape: Shape) -> str:
    noun = "length" if shape.type in _SIZED else "value"
    return f"Member must have {noun} less than or equal to {shape.facts['max']}"


def _least(shape: Shape) -> str:
    noun = "length" if shape.type in _SIZED else "value"
    return f"Member must have {noun} greater than or equal to {shape.facts['min']}"


def _one_of(shape: Shape) -> str:
    return f"Member must satisfy enum value set: [{', '.join(shape.facts['enum'])}]"


def _matching(shape: Shape) -> str:
    return f"Member must satisfy regular expression pattern: {_as_in_model(shape.facts['pattern'])}"


def _as_in_model(pattern: str) -> str:
    """The pattern as the service's manual gives it, without what anchors it for Python."""
    return pattern.removeprefix("(?a)").removeprefix(r"\A(?:").removesuffix(r")\Z")


def place_of(path: Path) -> str:
    """The dotted place of a value, member names with a small first letter."""
    return ".".join(step[:1].lower() + step[1:] for step in path)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        text = f"[{', '.join(str(item) for item in value[:_VALUE_SHOWN_MAX])}]"
    elif isinstance(value, bytes):
        text = "java.nio.HeapByteBuffer"
    else:
        text = str(value)
    return f"'{text[:_VALUE_SHOWN_MAX]}'"
