"""Expressions: conditions, updates, and the keys of a Query.

    condition  = and ("OR" and)*       and = not ("AND" not)*       not = "NOT" not | primary
    primary    = "(" condition ")" | attribute_exists(name) | attribute_not_exists(name) | operand comparator operand
    operand    = name | #name | :value            comparator = "=" | "<>" | "<" | "<=" | ">" | ">="
    update     = ("SET" name "=" operand ("," ...)* | "REMOVE" name ("," name)*)+
    key        = name "=" :value

A condition becomes a function of an item, an update a list of Changes: nothing is read twice.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from weirmq.services.dynamodb import errors
from weirmq.services.dynamodb.limits import EXPRESSION_BYTES, EXPRESSION_DEPTH
from weirmq.services.dynamodb.placeholders import Placeholders
from weirmq.services.dynamodb.values import Item, Value, kind_of, sortable

Condition = Callable[[Item], bool]
"""Whether an item is as it must be; one that isn't there has no attributes."""
Operand = Callable[[Item], Value | None]

_TOKEN: Final = re.compile(r"\s*([#:]?[A-Za-z0-9_]+|<>|<=|>=|\S)", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|#[A-Za-z0-9_]+", re.ASCII)
_ORDERINGS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARATORS: Final = {"=", "<>", *_ORDERINGS}
_MISSING_FUNCTIONS: Final = {"attribute_type", "begins_with", "contains", "size", "if_not_exists", "list_append"}
_MISSING_WORDS: Final = {"BETWEEN", "IN", "ADD", "DELETE"}
_END: Final = "<EOF>"


class Change(NamedTuple):
    """What an update does to one attribute: `value` gives what it is afterwards, None for nothing, by what the item
    was before.
    """

    name: str
    value: Operand


def condition(kind: str, text: str, placeholders: Placeholders) -> Condition:
    """A ConditionExpression or FilterExpression. Raises Validation."""
    parser = _Parser(kind, text, placeholders)
    found = parser.condition(0)
    parser.end()
    return found


def update(text: str, placeholders: Placeholders) -> list[Change]:
    """An UpdateExpression. Raises Validation."""
    parser = _Parser("UpdateExpression", text, placeholders)
    return parser.update()


def key(text: str, placeholders: Placeholders) -> tuple[str, Value]:
    """A KeyConditionExpression: the name and value of the partition key. Raises Validation."""
    parser = _Parser("KeyConditionExpression", text, placeholders)
    name = parser.name()
    parser.expect("=")
    value = parser.value()
    if parser.token != _END:
        raise errors.unsupported(f'"{parser.token}" after the partition key in a KeyConditionExpression')
    return name, value


class _Parser:
    def __init__(self, kind: str, text: str, placeholders: Placeholders) -> None:
        self.kind = kind
        self.placeholders = placeholders
        if not text.strip():
            raise errors.in_expression(kind, "The expression can not be empty;")
        if len(text.encode()) > EXPRESSION_BYTES:
            size = len(text.encode())
            raise errors.in_expression(
                kind, f"Expression size has exceeded the maximum allowed size; expression size: {size}"
            )
        self.tokens: list[str] = [*_TOKEN.findall(text), _END]
        self.at = 0

    @property
    def token(self) -> str:
        """The next token."""
        return self.tokens[self.at]

    def take(self) -> str:
        """The next token, which is passed by."""
        self.at += 1
        return self.tokens[self.at - 1]

    def takes(self, word: str) -> bool:
        """Whether the next token is this keyword, in any case; then it is passed by."""
        is_it = self.token.upper() == word
        self.at += is_it
        return is_it

    def expect(self, token: str) -> None:
        """Pass by `token`. Raises Validation."""
        if self.token != token:
            self.wrong()
        self.at += 1

    def end(self) -> None:
        """Raises Validation where there is more."""
        if self.token != _END:
            self.wrong()

    def wrong(self) -> NoReturn:
        """Refuse the next token."""
        if self.token.upper() in _MISSING_WORDS:
            raise errors.unsupported(f"{self.token.upper()} in a {self.kind}")
        if self.token in {".", "["}:
            raise errors.unsupported(f"A path into a list or map in a {self.kind}")
        near = " ".join(each for each in self.tokens[max(self.at - 1, 0) : self.at + 2] if each != _END)
        raise errors.in_expression(self.kind, f'Syntax error; token: "{self.token}", near: "{near}"')

    # Operands

    def name(self) -> str:
        """An attribute's name. Raises Validation."""
        if not _WORD.fullmatch(self.token):
            self.wrong()
        token = self.take()
        return self.placeholders.name(self.kind, token) if token.startswith("#") else token

    def value(self) -> Value:
        """What a placeholder stands for. Raises Validation."""
        if not self.token.startswith(":") or len(self.token) == 1:
            self.wrong()
        return self.placeholders.value(self.kind, self.take())

    def operand(self) -> Operand:
        """A name or value. Raises Validation."""
        if self.token.startswith(":"):
            value = self.value()
            return lambda _item: value
        self.refuse_function()
        name = self.name()
        return lambda item: item.get(name)

    def refuse_function(self) -> None:
        """Raises Validation where a function that can't stand here is called."""
        if self.tokens[self.at + 1 : self.at + 2] != ["("] or not _WORD.fullmatch(self.token):
            return
        if self.token in _MISSING_FUNCTIONS:
            raise errors.unsupported(f"{self.token} in a {self.kind}")
        raise errors.in_expression(self.kind, f"Invalid function name; function: {self.token}")

    # Conditions

    def condition(self, depth: int) -> Condition:
        """One or the other."""
        parts = [self.conjunction(depth)]
        while self.takes("OR"):
            parts.append(self.conjunction(depth))
        return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)

    def conjunction(self, depth: int) -> Condition:
        """One and the other."""
        parts = [self.negation(depth)]
        while self.takes("AND"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def negation(self, depth: int) -> Condition:
        """Not so."""
        if depth > EXPRESSION_DEPTH:
            raise errors.in_expression(self.kind, "The expression is nested too deeply;")
        if self.takes("NOT"):
            part = self.negation(depth + 1)
            return lambda item: not part(item)
        if self.token == "(":  # noqa: S105 - a token of an expression
            self.take()
            part = self.condition(depth + 1)
            self.expect(")")
            return part
        return self.existence() if self.token in _EXISTENCE else self.comparison()

    def existence(self) -> Condition:
        """attribute_exists(name), attribute_not_exists(name)."""
        must_exist = _EXISTENCE[self.take()]
        self.expect("(")
        name = self.name()
        self.expect(")")
        return lambda item: (name in item) == must_exist

    def comparison(self) -> Condition:
        """One value against another."""
        left = self.operand()
        if self.token not in _COMPARATORS:
            self.wrong()
        comparator = self.take()
        right = self.operand()
        if comparator == "=":
            return lambda item: (value := left(item)) is not None and value == right(item)
        if comparator == "<>":
            return lambda item: (value := left(item)) is None or value != right(item)
        holds = _ORDERINGS[comparator]
        return lambda item: _compare(holds, left(item), right(item))

    # Updates

    def update(self) -> list[Change]:
        """SET and REMOVE, each once."""
        changes: list[Change] = []
        done: set[str] = set()
        while self.token != _END:
            section = self.token.upper()
            if section not in {"SET", "REMOVE"}:
                self.wrong()
            if section in done:
                raise errors.in_expression(
                    self.kind, f'The "{section}" section can only be used once in an update expression;'
                )
            done.add(section)
            self.take()
            changes.append(self.change(section))
            while self.token == ",":  # noqa: S105
                self.take()
                changes.append(self.change(section))
        self.check_overlap(changes)
        return changes

    def change(self, section: str) -> Change:
        """What becomes of one attribute."""
        name = self.name()
        if section == "REMOVE":
            return Change(name, lambda _item: None)
        self.expect("=")
        operand = self.operand()
        if self.token in {"+", "-"}:
            raise errors.unsupported(f'"{self.token}" in an {self.kind}')

        def value(item: Item) -> Value:
            found = operand(item)
            if found is None:
                raise errors.validation(
                    "The provided expression refers to an attribute that does not exist in the item"
                )
            return found

        return Change(name, value)

    def check_overlap(self, changes: list[Change]) -> None:
        """Raises Validation where an attribute would be changed twice."""
        seen: set[str] = set()
        for name, _ in changes:
            if name in seen:
                raise errors.in_expression(
                    self.kind,
                    "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                    f" path one: [{name}], path two: [{name}]",
                )
            seen.add(name)


_EXISTENCE: Final = {"attribute_exists": True, "attribute_not_exists": False}


def _compare(holds: Callable[[Any, Any], bool], left: Value | None, right: Value | None) -> bool:
    """Values of different kinds, and those that have no order, are in none."""
    if left is None or right is None or kind_of(left) != kind_of(right) or kind_of(left) not in {"S", "N", "B"}:
        return False
    return holds(sortable(left), sortable(right))
