"""Event patterns and filter policies: from the document to what can be asked of an event.

A pattern is a list of rules, any of which is enough; a rule is one condition for each of some fields, all of which must
be met. Without `$or` there is one rule. A field is named by its path, with dots: the key "a.b" and the key "b" in the
object "a" are the same field, in patterns and in events.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html and
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policies.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from weirmq.routing.conditions import RESERVED, Conditions
from weirmq.routing.errors import NestedPolicy, PatternError
from weirmq.routing.events import Paths
from weirmq.routing.json_text import Document, Kind, Node
from weirmq.routing.limits import DEPTH, POLICY_COMBINATIONS, POLICY_KEYS, RULE_COMBINATIONS, Dialect
from weirmq.routing.operators import Condition
from weirmq.routing.rules import Rule

_ENOUGH: Final = 10**9  # combinations are counted up to here


class Pattern:
    """A compiled pattern. Equal documents in one dialect give equal patterns; hashable; it never changes."""

    __slots__ = ("_hash", "_paths", "dialect", "document", "rules")

    def __init__(self, document: str, dialect: Dialect, rules: tuple[Rule, ...]) -> None:
        self.document = document
        self.dialect = dialect
        self.rules = rules
        self._hash = hash((document, dialect))
        self._paths = Paths(dialect)
        for rule in rules:
            for path in rule.conditions:
                self._paths.add(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.document == other.document and self.dialect is other.dialect

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Pattern({self.document!r}, {self.dialect})"

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the event (in the shape that `Dialect` names) is one that the pattern describes."""
        fields = self._paths.collect(event)
        return fields is not None and any(rule.holds(fields) for rule in self.rules)


def compile(document: str | dict[str, Any], dialect: Dialect) -> Pattern:  # noqa: A001 - as re.compile
    """The pattern that a JSON document describes.

    Raises PatternError: no JSON, an unknown operator, a wrong value, a limit exceeded (5 keys and 150 combinations in
    SNS). Its text is what AWS puts after "FilterPolicy: " (SNS), or after "Event pattern is not valid. Reason: ".
    """
    text = document if isinstance(document, str) else _text_of(document)
    source = Document(text, redacted=dialect is not Dialect.EVENTBRIDGE)
    root = source.read()
    if root.kind is not Kind.OBJECT:
        raise source.refusal("Filter is not an object", root.at)
    reader = _Reader(source, dialect)
    steps = reader.object(root, "", 1)
    reader.check_limits(root)
    return Pattern(text, dialect, tuple(map(Rule, _rules(steps, [{}]))))


def _text_of(document: dict[str, Any]) -> str:
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise PatternError(f"failed to write JSON. {error}") from None


# What an object says: a condition for a path, or alternatives, each of which says such things.
_Step = tuple[str, Condition] | list[list["_Step"]]


def _rules(steps: list[_Step], rules: list[dict[str, Condition]]) -> list[dict[str, Condition]]:
    """The plain rules. What is said of a path later replaces what was said before, inside `$or` too."""
    for step in steps:
        if isinstance(step, tuple):
            path, condition = step
            for rule in rules:
                rule[path] = condition
        else:
            rules = [more for steps_ in step for more in _rules(steps_, [dict(rule) for rule in rules])]
    return rules


class _Reader:
    """Reads the objects of one document, and counts."""

    def __init__(self, document: Document, dialect: Dialect) -> None:
        self._document = document
        self._dialect = dialect
        self._conditions = Conditions(document, dialect)
        self._combinations = 1  # of values, as SNS counts them
        self._rules = 1
        self._nested = False

    def object(self, node: Node, prefix: str, depth: int) -> list[_Step]:
        """What the object says. `prefix`: of its paths; `depth`: from 1."""
        if not node.members:
            raise self._document.refusal("Empty objects are not allowed", node.end)
        last = {name: index for index, (name, _) in enumerate(node.members)}
        steps: list[_Step] = []
        for index, (name, value) in enumerate(node.members):
            counted = self._combinations, self._rules
            found = self._member(name, value, prefix, depth)
            if last[name] == index:
                steps += found
            else:  # the same key comes again: this one must be right, and says nothing
                self._combinations, self._rules = counted
        return steps

    def _member(self, name: str, value: Node, prefix: str, depth: int) -> list[_Step]:
        if name == "$or" and _is_alternatives(value):
            return [self._alternatives(value, prefix, depth)]
        path = prefix + name
        if value.kind is Kind.OBJECT:
            self._nested = True
            return self.object(value, path + ".", depth + 1)
        if value.kind is not Kind.ARRAY:
            raise self._document.refusal(f'"{name}" must be an object or an array', value.at)
        condition, values = self._conditions.read(value)
        if path.count(".") > DEPTH:
            raise self._document.refusal(f"A field can't be deeper than {DEPTH} names", value.end)
        self._combinations = min(_ENOUGH, self._combinations * values * depth)
        return [(path, condition)]

    def _alternatives(self, node: Node, prefix: str, depth: int) -> list[list[_Step]]:
        """Of `$or`. Their combinations add up, and multiply what is beside them."""
        before, self._combinations = self._combinations, 1
        rules_before, self._rules = self._rules, 1
        combinations = rules = 0
        found = []
        for item in node.items:
            self._combinations = self._rules = 1
            found.append(self.object(item, prefix, depth))
            combinations += self._combinations
            rules += self._rules
        self._combinations = min(_ENOUGH, before * combinations)
        self._rules = min(_ENOUGH, rules_before * rules)
        return found

    def check_limits(self, root: Node) -> None:
        """Raises PatternError."""
        if self._dialect is Dialect.EVENTBRIDGE:
            if self._rules > RULE_COMBINATIONS:
                raise PatternError(f"Event pattern stands for more than {RULE_COMBINATIONS} rules")
            return
        if len(root.members) > POLICY_KEYS:
            raise PatternError(f"Filter policy can not have more than {POLICY_KEYS} keys")
        if self._combinations > POLICY_COMBINATIONS:
            raise PatternError("Filter policy is too complex")
        if self._nested and self._dialect is Dialect.SNS_ATTRIBUTES:
            raise NestedPolicy("Filter policy scope MessageAttributes does not support nested filter policy")


def _is_alternatives(node: Node) -> bool:
    """Whether it is what `$or` takes. If it isn't, "$or" is a field like any other."""
    return len(node.items) > 1 and all(
        item.kind is Kind.OBJECT and RESERVED.isdisjoint(name for name, _ in item.members) for item in node.items
    )
