"""The list of a field, from JSON to a Condition; every fault in it told where AWS's own parser stands then.

That parser reads token by token and stops at the first it can't use. So each function here looks at things in that
order, and the place of "the next token" is the next item, or the closing bracket if there is none.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from weirmq.routing.cidr import block
from weirmq.routing.errors import PatternError
from weirmq.routing.json_text import Document, Kind, Node
from weirmq.routing.limits import POLICY_NUMBER, Dialect
from weirmq.routing.operators import (
    AnythingBut,
    Condition,
    Equal,
    IgnoringCase,
    Operator,
    Prefix,
    Present,
    Range,
    SameAddress,
    Suffix,
    Wildcard,
)
from weirmq.routing.values import FALSE, TRUE, Literal, address, fold, number

RESERVED: Final = frozenset(
    {"exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr", "exists"}
)
# What anything-but can be made of besides values. SNS's answers show it a version of the engine behind: it knows no
# suffix here, and one prefix only. Wildcards came to it in 2025, with the group ids of standard topics.
_EVENTS_DENY: Final = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_POLICIES_DENY: Final = ("prefix", "wildcard")
_WORDS: Final[dict[str, Any]] = {"true": TRUE, "false": FALSE, "null": None}
_TWO_KEYS: Final = "Only one key allowed in match expression"


class Conditions:
    """Reads the lists of one document."""

    def __init__(self, document: Document, dialect: Dialect) -> None:
        self._document = document
        self._events = dialect is Dialect.EVENTBRIDGE
        self._readers: dict[str, Callable[[Node], Operator | bool]] = {
            "exactly": self._exactly,
            "prefix": self._prefix,
            "suffix": self._suffix,
            "equals-ignore-case": self._ignoring_case,
            "wildcard": self._wildcard,
            "anything-but": self._anything_but,
            "numeric": self._numeric,
            "cidr": self._cidr,
            "exists": self._exists,
        }

    def read(self, node: Node) -> tuple[Condition, int]:
        """The condition, and how many values the list has. Raises PatternError."""
        exact: list[Any] = []
        operators: list[Operator] = []
        absent = False
        for item in node.items:
            if item.kind is Kind.OBJECT:
                found = self._expression(item)
                absent = absent or found is False
                if not isinstance(found, bool):
                    operators.append(found)
            else:
                exact.append(self._literal(item))
                operators += _spelled_otherwise(item)
        if not node.items:
            raise self._refusal("Empty arrays are not allowed", node.end)
        return _condition(exact, operators, absent=absent), len(node.items)

    def _refusal(self, message: str, offset: int) -> PatternError:
        return self._document.refusal(message, offset)

    def _literal(self, node: Node) -> Any:
        if node.kind is Kind.ARRAY:
            raise self._refusal("Match value must be String, number, true, false, or null", node.at)
        return _value(node)

    def _expression(self, node: Node) -> Operator | bool:
        """{"operator": value}; False for {"exists": false}."""
        if not node.members:
            raise self._refusal("Match expression name not found", node.end)
        name, value = node.members[0]
        if name not in RESERVED:
            raise self._refusal(f"Unrecognized match type {name}", value.at)
        found = self._readers[name](value)
        self._only_one(node)
        return found

    def _only_one(self, node: Node) -> None:
        if len(node.members) > 1:
            raise self._refusal(_TWO_KEYS, node.members[1][1].at)

    def _string(self, node: Node, operator: str) -> str:
        if node.kind is not Kind.STRING:
            raise self._refusal(f"{operator} match pattern must be a string", node.at)
        return node.text

    def _exactly(self, node: Node) -> Operator:
        return Equal(self._string(node, "exact"))

    def _prefix(self, node: Node) -> Operator:
        if self._events and node.kind is Kind.OBJECT:
            return Prefix(self._folded(node, "prefix"), folded=True)
        return Prefix(self._string(node, "prefix"))

    def _suffix(self, node: Node) -> Operator:
        if self._events and node.kind is Kind.OBJECT:
            return Suffix(self._folded(node, "suffix"), folded=True)
        return Suffix(self._string(node, "suffix"))

    def _folded(self, node: Node, operator: str) -> str:
        """The text of {"equals-ignore-case": text} inside a prefix or suffix."""
        if not node.members:
            raise self._refusal(f"{operator.capitalize()} expression name not found", node.end)
        name, value = node.members[0]
        if name != "equals-ignore-case":
            raise self._refusal(f"Unsupported {operator} pattern: {name}", value.at)
        text = fold(self._string(value, "equals-ignore-case"))
        self._only_one(node)
        return text

    def _ignoring_case(self, node: Node) -> Operator:
        return IgnoringCase(fold(self._string(node, "equals-ignore-case")))

    def _cidr(self, node: Node) -> Operator:
        return block(self._string(node, "prefix"))  # AWS says "prefix" here, too

    def _exists(self, node: Node) -> Operator | bool:
        if node.kind is not Kind.WORD or node.text == "null":
            raise self._refusal("exists match pattern must be either true or false.", node.at)
        return Present() if node.text == "true" else False

    def _wildcard(self, node: Node) -> Operator:
        return self._stars(node, self._string(node, "wildcard"))

    def _stars(self, node: Node, text: str) -> Operator:
        r"""`\*` and `\\` are a star and a backslash; `**` is refused."""
        parts = [""]
        position = 0
        while position < len(text):
            letter = text[position]
            if letter == "*":
                if text[position + 1 : position + 2] == "*":
                    raise self._refusal(f"Consecutive wildcard characters at pos {position}", node.end)
                parts.append("")
            elif letter == "\\":
                position += 1
                if text[position : position + 1] not in {"*", "\\"}:
                    raise self._refusal(f"Invalid escape character at pos {position - 1}", node.end)
                parts[-1] += text[position]
            else:
                parts[-1] += letter
            position += 1
        return Wildcard(tuple(parts)) if len(parts) > 1 else Equal(parts[0])

    def _anything_but(self, node: Node) -> Operator:
        if node.kind is Kind.OBJECT:
            return self._anything_but_pattern(node)
        if node.kind is Kind.ARRAY:
            return AnythingBut(_condition(self._values(node), ()))
        if node.kind is Kind.WORD:
            message = "Value of anything-but must be an array or single string/number value."
            raise self._refusal(message, node.at)
        return AnythingBut(_condition([_value(node)], ()))

    def _values(self, node: Node) -> list[Any]:
        for item in node.items:
            if item.kind not in {Kind.STRING, Kind.NUMBER}:
                message = "Inside anything but list, start|null|boolean is not supported."
                raise self._refusal(message, item.at)
            if item.kind is not node.items[0].kind:
                message = (
                    "Inside anything but list, either all values are number or string, mixed type is not supported"
                )
                raise self._refusal(message, item.end)
        if not node.items:
            raise self._refusal("Empty arrays are not allowed", node.end)
        return [_value(item) for item in node.items]

    def _anything_but_pattern(self, node: Node) -> Operator:
        if not node.members:
            raise self._refusal("Anything-But expression name not found", node.end)
        name, value = node.members[0]
        if name not in (_EVENTS_DENY if self._events else _POLICIES_DENY):
            raise self._refusal(f"Unsupported anything-but pattern: {name}", value.at)
        takes_many = self._events or name == "wildcard"
        texts = value.items if takes_many and value.kind is Kind.ARRAY else [value]
        if not texts:
            raise self._refusal("Empty arrays are not allowed", value.end)
        denied = [self._denied(name, text) for text in texts]
        self._only_one(node)
        return AnythingBut(_condition((), denied))

    def _denied(self, name: str, node: Node) -> Operator:
        text = self._string(node, name)
        if name in {"prefix", "suffix"} and not text:
            raise self._refusal(f"Null {name} not allowed", node.end)
        if name == "wildcard":
            return self._stars(node, text)
        if name == "equals-ignore-case":
            return IgnoringCase(fold(text))
        return Prefix(text) if name == "prefix" else Suffix(text)

    def _numeric(self, node: Node) -> Operator:
        if node.kind is not Kind.ARRAY:
            raise self._refusal("Value of numeric must be an array.", node.at)
        items = [*node.items, Node(Kind.ARRAY, "]", node.end, node.end)]  # the closing bracket is a token as well
        operator = items[0]
        if operator.kind is not Kind.STRING:
            raise self._refusal(f"Invalid member in numeric match: {operator.text}", operator.at)
        if operator.text not in {"=", "<", "<=", ">", ">="}:
            raise self._refusal(f"Unrecognized numeric range operator: {operator.text}", items[1].at)
        self._check_number("equals" if operator.text == "=" else operator.text, items[1])
        if len(node.items) == 2:
            return self._half_range(operator.text, items[1], node.end)
        if operator.text not in {">", ">="}:
            raise self._refusal("Too many elements in numeric expression", items[2].at)
        return self._range(items, node.end)

    def _check_number(self, name: str, node: Node) -> None:
        if node.kind is not Kind.NUMBER:
            raise self._refusal(f"Value of {name} must be numeric", node.at)

    def _half_range(self, operator: str, bound: Node, end: int) -> Operator:
        value = self._bound(bound, end)
        if operator == "=":
            return Range(value, value)
        if operator in {">", ">="}:
            return Range(low=value, low_open=operator == ">")
        return Range(high=value, high_open=operator == "<")

    def _range(self, items: list[Node], end: int) -> Operator:
        lower, bottom, upper, top = items[0], items[1], items[2], items[3] if len(items) > 3 else items[-1]
        if upper.kind is not Kind.STRING:
            raise self._refusal(f"Bad value in numeric range: {upper.text}", upper.at)
        if upper.text not in {"<", "<="}:
            raise self._refusal(f"Bad numeric range operator: {upper.text}", upper.end)
        self._check_number(upper.text, top)
        if len(items) > 5:
            raise self._refusal("Too many terms in numeric range expression", items[4].at)
        low, high = self._bound(bottom, end), self._bound(top, end)
        if low >= high:
            raise self._refusal("Bottom must be less than top", end)
        return Range(low, high, lower.text == ">", upper.text == "<")

    def _bound(self, node: Node, end: int) -> float:
        value = number(node.text)
        if isinstance(value, Literal):
            raise self._refusal(f"Cannot compare number : {node.text}", end)
        if not self._events and abs(value) > POLICY_NUMBER:
            raise self._refusal("Value must be between -1.0E9 and 1.0E9, inclusive", end)
        return float(value)


def _value(node: Node) -> Any:
    if node.kind is Kind.STRING:
        return node.text
    return number(node.text) if node.kind is Kind.NUMBER else _WORDS[node.text]


def _spelled_otherwise(node: Node) -> list[Operator]:
    found = address(node.text) if node.kind is Kind.STRING else None
    return [] if found is None else [SameAddress(found)]


def _condition(exact: Iterable[Any], operators: Iterable[Operator], *, absent: bool = False) -> Condition:
    return Condition(frozenset(exact), tuple(operators), absent=absent)
