"""Which of many patterns match an event.

The index is a tree that grows where it is crowded. A node holds rules; when it holds too many, it files each of them
under one of the rule's fields, the one whose values are the rarest there, in tables that lead to further nodes. An
event is led down all the ways that its values open, and only the rules at their ends are held against it. So the cost
is that of the event's fields and of the rules that could match, whatever else the index holds.

    root ── tables of "source" ── "aws.ec2" ── node: rules
         │                     └─ prefix "com." ── node ── tables of "detail.state" ── "running" ── node: rules
         └─ tables of "detail.region" ── ...
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

from weirmq.routing.events import Fields, Paths
from weirmq.routing.limits import Dialect
from weirmq.routing.operators import Condition, Place, Table
from weirmq.routing.patterns import Pattern
from weirmq.routing.rules import Rule
from weirmq.routing.tables import Tables

Key = TypeVar("Key", bound=Hashable)

_CROWDED: Final = 4  # rules that are held against an event one by one before they are filed
# Copies of the rules of one pattern: a field with ten values files a rule in ten places, two such fields in a hundred.
_COPIES: Final = 128
_LEVELS: Final = 16  # fields of one rule that it may be filed under

# What a kind of table is worth: whether a value leads to few of its nodes, to more than few, or to all.
_RANKS: Final = {Table.FRAGMENT: 1, Table.BLOCK: 1, Table.RANGE: 1, Table.PRESENT: 2, Table.ABSENT: 3}


class _Group(Generic[Key]):
    """All the keys that have one pattern, so that a thousand equal filters are one."""

    __slots__ = ("entries", "keys")

    def __init__(self, pattern: Pattern) -> None:
        self.keys: dict[Key, None] = {}
        self.entries = [_Entry(self, rule) for rule in pattern.rules]


class _Entry:
    """A rule in the index, and whose it is."""

    __slots__ = ("group", "rule")

    def __init__(self, group: _Group[Any], rule: Rule) -> None:
        self.group = group
        self.rule = rule


class _Left(NamedTuple):
    """What an entry may still be filed under below a node: these fields, and so many copies."""

    paths: tuple[str, ...]
    copies: int


class _Node:
    """`entries`: rules that are held here, `filed`: under which field the others are, in `tables` and `absent`."""

    __slots__ = ("absent", "crowded", "entries", "filed", "tables")

    def __init__(self) -> None:
        self.entries: dict[_Entry, _Left] = {}
        self.filed: dict[_Entry, str] = {}
        self.tables: dict[str, Tables[_Node]] = {}
        self.absent: dict[str, _Node] = {}  # by the field that isn't there
        self.crowded = False

    def __len__(self) -> int:
        return len(self.entries) + len(self.filed)

    def add(self, entry: _Entry, left: _Left) -> None:
        """Hold the entry here, or file it."""
        if self.crowded:
            self._file(entry, left)
            return
        self.entries[entry] = left
        if len(self.entries) > _CROWDED:
            self.crowded = True
            entries, self.entries = self.entries, {}
            for one, its_left in entries.items():
                self._file(one, its_left)

    def remove(self, entry: _Entry) -> None:
        """Take away what `add` put here."""
        if self.entries.pop(entry, None) is not None:
            return
        path = self.filed.pop(entry)
        for place in entry.rule.conditions[path].places:
            node = self._node_at(path, place)
            if node is not None:
                node.remove(entry)
                if not len(node):
                    self._drop(path, place)

    def _file(self, entry: _Entry, left: _Left) -> None:
        conditions = entry.rule.conditions
        paths = [path for path in left.paths if len(conditions[path].places) <= left.copies]
        if not paths:
            self.entries[entry] = left
            return
        path = min(paths, key=lambda one: self._crowd(one, conditions[one]))
        places = conditions[path].places
        below = _Left(tuple(one for one in left.paths if one != path), left.copies // len(places))
        self.filed[entry] = path
        for place in places:
            self._make(path, place).add(entry, below)

    def _crowd(self, path: str, condition: Condition) -> tuple[int, int, int]:
        """The smaller, the better it is to file an entry there."""
        nodes = [self._node_at(path, place) for place in condition.places]
        return _rank(condition), sum(len(node) for node in nodes if node is not None), len(nodes)

    def _node_at(self, path: str, place: Place) -> "_Node | None":
        if place[0] is Table.ABSENT:
            return self.absent.get(path)
        tables = self.tables.get(path)
        return None if tables is None else tables.get(place)

    def _make(self, path: str, place: Place) -> "_Node":
        node = self._node_at(path, place)
        if node is None:
            node = _Node()
            if place[0] is Table.ABSENT:
                self.absent[path] = node
            else:
                self.tables.setdefault(path, Tables()).put(place, node)
        return node

    def _drop(self, path: str, place: Place) -> None:
        if place[0] is Table.ABSENT:
            del self.absent[path]
            return
        self.tables[path].drop(place)
        if not self.tables[path]:
            del self.tables[path]

    def follow(self, fields: Fields, found: list["_Node"]) -> None:
        """Put all the nodes that the event leads to from here into `found`."""
        values, tables = fields.values, self.tables
        if len(tables) <= len(values):
            for path, table in tables.items():
                if path in values:
                    table.find(values[path], found)
        else:
            for path, its_values in values.items():
                if path in tables:
                    tables[path].find(its_values, found)
        for path, node in self.absent.items():
            if path not in values or fields.tree is not None:
                found.append(node)


class Index(Generic[Key]):
    """Patterns of one dialect by key. A match costs what could match, not what is in it."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._paths = Paths(dialect)
        self._root = _Node()
        self._groups: dict[Pattern, _Group[Key]] = {}
        self._patterns: dict[Key, Pattern] = {}

    def __len__(self) -> int:
        return len(self._patterns)

    def __contains__(self, key: Key) -> bool:
        return key in self._patterns

    def add(self, key: Key, pattern: Pattern) -> None:
        """Put a pattern in, in place of the one that the key had. Raises ValueError for another dialect's pattern."""
        if pattern.dialect is not self.dialect:
            raise ValueError(f"{pattern} in an index of {self.dialect}")
        self.remove(key)
        self._patterns[key] = pattern
        group = self._groups.get(pattern)
        if group is None:
            group = self._groups[pattern] = _Group(pattern)
            for entry in group.entries:
                for path in entry.rule.conditions:
                    self._paths.add(path)
                self._root.add(entry, _left(entry.rule, _COPIES // len(group.entries)))
        group.keys[key] = None

    def remove(self, key: Key) -> None:
        """Take a pattern out; no fault if there is none."""
        pattern = self._patterns.pop(key, None)
        if pattern is None:
            return
        group = self._groups[pattern]
        del group.keys[key]
        if group.keys:
            return
        del self._groups[pattern]
        for entry in group.entries:
            self._root.remove(entry)
            for path in entry.rule.conditions:
                self._paths.discard(path)
        if not self._groups:
            self._root = _Node()

    def match(self, event: Mapping[str, Any]) -> list[Key]:
        """The keys of the patterns that match, each once, in no particular order."""
        fields = self._paths.collect(event)
        if fields is None:
            return []
        matched: dict[_Group[Key], None] = {}
        held: set[_Entry] = set()
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            for entry in node.entries:
                if entry not in held:
                    held.add(entry)
                    if entry.group not in matched and entry.rule.holds(fields):
                        matched[entry.group] = None
            if node.crowded:
                node.follow(fields, nodes)
        return [key for group in matched for key in group.keys]


def _left(rule: Rule, copies: int) -> _Left:
    """At the root: one field may always be filed under, however many values it has."""
    paths = sorted(rule.conditions, key=lambda path: _rank(rule.conditions[path]))[:_LEVELS]
    return _Left(tuple(paths), max(copies, min(len(rule.conditions[path].places) for path in paths)))


def _rank(condition: Condition) -> int:
    return max(_RANKS.get(table, 0) for table, _ in condition.places)
