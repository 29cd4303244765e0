"""One rule of a pattern, and how it is held against an event that has lists of objects.

What is asked of several fields of a list's elements must be found in one and the same element: {"a": {"b": [1], "c":
[2]}} isn't met by an element with b and another with c. A field is absent if the element in question hasn't got it.

The walk goes down the pattern and the event together and meets each value of the event at most once for each field, so
its cost is bounded by event times pattern; no combination of elements is ever tried. In a long list only the elements
with the rarest of the values that are asked for are tried.
"""

from typing import Any, Final

from weirmq.routing.events import Elements, Fields, Several
from weirmq.routing.operators import Condition

# How a part of a rule fares: not met; met, and only because fields are absent; met by a value.
_NO: Final = 0
_ABSENT: Final = 1
_VALUE: Final = 2

_MANY: Final = 8  # elements of a list that are tried one by one


class Rule:
    """Conditions by path, all of which must be met."""

    __slots__ = ("_branch", "_items", "_one", "conditions")

    def __init__(self, conditions: dict[str, Condition]) -> None:
        self.conditions = conditions
        self._items = tuple(conditions.items())
        # With one field that must be there, any element of any list will do.
        self._one = len(conditions) == 1 and not any(condition.absent for condition in conditions.values())
        self._branch: Branch | None = None

    def holds(self, fields: Fields) -> bool:
        """Whether the event, of which `fields` has at least what this rule names, meets the rule."""
        found = fields.values
        if fields.tree is not None and not self._one:
            return self._walk(fields)
        for path, condition in self._items:
            values = found.get(path)
            if values is None:
                if not condition.absent:
                    return False
                continue
            for value in values:
                if condition.test(value):
                    break
            else:
                return False
        return True

    def _walk(self, fields: Fields) -> bool:
        for path, condition in self._items:
            if path not in fields.values and not condition.absent:
                return False
        if self._branch is None:
            self._branch = Branch()
            for path, condition in self._items:
                self._branch.put(path.split("."), condition)
        return self._branch.fit(fields.tree) != _NO


class Branch:
    """The part of a rule below one name.

    `condition`: for the field itself. `below`: for what is in it. `optional`: all of it is met by absence.
    """

    __slots__ = ("below", "condition", "optional")

    def __init__(self) -> None:
        self.condition: Condition | None = None
        self.below: dict[str, Branch] = {}
        self.optional = True

    def put(self, names: list[str], condition: Condition) -> None:
        """Add what is said of the field with that path."""
        branch = self
        for name in names:
            branch.optional = branch.optional and condition.absent
            branch = branch.below.setdefault(name, Branch())
        branch.optional = branch.optional and condition.absent
        branch.condition = condition

    def fit(self, value: Any) -> int:
        """How the value, a part of an event's tree, fares."""
        kind = type(value)
        if kind is Elements:
            return self._fit_any(value)
        if kind is Several:
            return self._fit_several(value)
        if kind is dict:
            return self._fit_object(value)
        return self._fit_scalar(value)

    def missing(self) -> int:
        """How it fares where there is nothing of that name."""
        return _ABSENT if self.optional else _NO

    def _fit_any(self, elements: Elements) -> int:
        """One element must have it all; or all must lack it all."""
        if len(elements) > _MANY and (keys := self._keys()):
            candidates = min((elements.having(name, values) for name, values in keys), key=len)
            return _VALUE if any(self.fit(element) for element in candidates) else _NO
        lacking = True
        for element in elements:
            found = self.fit(element)
            if found == _VALUE:
                return _VALUE
            lacking = lacking and found == _ABSENT
        return self.missing() if lacking else _NO

    def _keys(self) -> list[tuple[str, frozenset[Any]]]:
        """The names below that must have one of some values."""
        return [
            (name, branch.condition.exact)
            for name, branch in self.below.items()
            if branch.condition is not None
            and not branch.below
            and not branch.condition.absent
            and not branch.condition.operators
        ]

    def _fit_object(self, value: dict[str, Any]) -> int:
        if self.condition is not None and not self.condition.absent:
            return _NO  # an object isn't a value
        best = _ABSENT
        for name, branch in self.below.items():
            found = branch.fit(value[name]) if name in value else branch.missing()
            if found == _NO:
                return _NO
            best = max(best, found)
        return best

    def _fit_scalar(self, value: Any) -> int:
        for branch in self.below.values():
            if not branch.optional:
                return _NO
        if self.condition is None:
            return _ABSENT
        return _VALUE if self.condition.test(value) else _NO

    def _fit_several(self, values: Several) -> int:
        """One name written in several ways ("a.b" beside a list "a"): each field may be found in another of them.

        AWS would also hold fields from one of the lists to one of its elements; here that holds below each name.
        """
        best = _ABSENT
        for part in self._parts():
            found = {part.fit(value) for value in values}
            if _VALUE in found:
                best = _VALUE
            elif found != {_ABSENT}:
                return _NO
        return best

    def _parts(self) -> list["Branch"]:
        parts = []
        if self.condition is not None:
            alone = Branch()
            alone.put([], self.condition)
            parts.append(alone)
        for name, branch in self.below.items():
            alone = Branch()
            alone.below = {name: branch}
            alone.optional = branch.optional
            parts.append(alone)
        return parts
