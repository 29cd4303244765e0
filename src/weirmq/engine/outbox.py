"""What must leave the process, durably: tasks with a due time, and the contents that they send.

    outbox.post("sns", targets, content) -> Posted, committed by the service with its own facts: a task for each target
    due: the server's courier takes the task, asks its Carrier for the errand, sends it, and commits the verdict
         Done, Dead -> Finished      Retry -> Deferred

A task that is not Finished in the log is sent again after a crash: at least once. The tasks of one Posted share its
content, which stays in the log. Tasks that wait cost a heap entry each and no CPU.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Any, ClassVar, Final, Protocol

import msgspec

from weirmq.engine.errands import Errand, Lane, Outcome, Verdict
from weirmq.engine.holdings import Holdings
from weirmq.engine.machine import Fact

ROWS: Final = 10_000  # tasks in a part of a snapshot
SLACK: Final = 64  # so few leftovers in a heap are never worth a rebuild


class Posted(Fact, tag=0):
    """Tasks `first`, `first` + 1, ... for `targets` in their order, due at `due_ms` (0: at the fact's own time).

    `content` is what the carrier of `service` makes errands of; both it and the targets are opaque here.
    """

    service: str
    first: int
    targets: list[str]
    content: bytes
    due_ms: int = 0


class Deferred(Fact, tag=1):
    """The task was tried `attempts` times in all, and is due again at `due_ms`."""

    number: int
    attempts: int
    due_ms: int


class Finished(Fact, tag=2):
    """The tasks are over."""

    numbers: list[int]


class Post(msgspec.Struct, gc=False):
    """What the tasks of one Posted share. `left` of them aren't finished; the content stands at `offset`; the number of
    its first task names it.
    """

    service: str
    offset: int
    posted_ms: int
    left: int
    first: int


class Task(msgspec.Struct, gc=False):
    """One content on its way to one target, sent `attempts` times before. `is_taken`: the courier has it."""

    number: int
    target: str
    post: Post
    attempts: int
    due_ms: int
    is_taken: bool = False

    @property
    def posted_ms(self) -> int:
        """When the service posted it."""
        return self.post.posted_ms


class Carrier(Protocol):
    """A service that posts. Its methods are quick and change nothing; any of them may be called again for a task."""

    def lane(self, target: str) -> Lane:
        """The lane of `target`, also of one that is gone."""
        ...

    def errand(self, task: Task, content: bytes, now_ms: int) -> Errand | Verdict:
        """What must go out now; a verdict where nothing must: the target is gone, or disabled."""
        ...

    def outcome(self, task: Task, content: bytes, result: Outcome, now_ms: int) -> Verdict:
        """What becomes of the task, `result` being that of try number `task.attempts` + 1.

        `also` facts of a Dead are committed at once, before anything else is decided.
        """
        ...


class OutboxPart(msgspec.Struct, array_like=True, tag=0):
    """The number that the next task gets."""

    next_number: int


class PostsPart(msgspec.Struct, array_like=True, tag=1):
    """Posts by the numbers of their first tasks."""

    firsts: list[int]
    posts: list[tuple[str, int, int, int]]  # service, offset, what was a size once, posted_ms


class TasksPart(msgspec.Struct, array_like=True, tag=2):
    """Tasks in columns, in the order of their numbers; `firsts` says which post each belongs to."""

    numbers: list[int]
    firsts: list[int]
    targets: list[str]
    attempts: list[int]
    due_ms: list[int]


class Outbox:
    """All tasks of a process, as a machine of its journal.

    `on_due` is called when something was posted, or is due at another time than before; the courier sets it. Replay
    calls it too.
    """

    name: ClassVar[str] = "outbox"
    facts: ClassVar[Any] = Posted | Deferred | Finished
    payloads: ClassVar[tuple[type[Fact], ...]] = (Posted,)
    parts: ClassVar[Any] = OutboxPart | PostsPart | TasksPart

    def __init__(self, holdings: Holdings) -> None:
        self.carriers: dict[str, Callable[[], Carrier]] = {}
        self.tasks: dict[int, Task] = {}
        self.posts: dict[int, Post] = {}  # by the numbers of their first tasks
        self.on_due: Callable[[], None] = _nobody
        self._holdings = holdings
        self._heap: list[tuple[int, int]] = []  # due_ms and number of tasks that nobody has taken, and leftovers
        self.next_number = 0  # that of the next task; those below are posted

    def add(self, service: str, carrier: Callable[[], Carrier]) -> None:
        """Let `carrier`, which is made when it is needed first, judge what `service` posts. Raises ValueError where
        there is one.
        """
        if service in self.carriers:
            raise ValueError(f"{service} has a carrier already")
        self.carriers[service] = cache(carrier)

    def post(self, service: str, targets: Sequence[str], content: bytes, due_ms: int = 0) -> Posted:
        """The fact of a new task for each target, due at once or at `due_ms`; for the caller to commit, urgently.

        It has drawn its numbers, so several may go into one commit. Drawn numbers whose fact is never committed are
        left out for good, which harms nobody.
        """
        if service not in self.carriers:
            raise ValueError(f"{service} has no carrier")
        first = self.next_number
        self.next_number = first + len(targets)
        return Posted(service, first, list(targets), content, due_ms)

    # What the courier does between commits; no fact tells of it, so after a restart all tasks wait again.

    def take(self, now_ms: int, most: int) -> list[Task]:
        """Up to `most` tasks that are due, the longest due first. They are the taker's until it finishes or defers
        them.
        """
        taken: list[Task] = []
        while len(taken) < most and (due_ms := self.wakes_ms()) is not None and due_ms <= now_ms:
            task = self.tasks[heappop(self._heap)[1]]
            task.is_taken = True
            taken.append(task)
        return taken

    def give_back(self, task: Task) -> None:
        """What was taken wasn't tried, and waits again."""
        self._wait(task, task.due_ms)
        self.on_due()

    def wakes_ms(self) -> int | None:
        """When the next task is due; None where none waits."""
        heap, tasks = self._heap, self.tasks
        while heap:
            due_ms, number = heap[0]
            task = tasks.get(number)
            if task is not None and task.due_ms == due_ms and not task.is_taken:
                return due_ms
            heappop(heap)
        return None

    def _wait(self, task: Task, due_ms: int) -> None:
        """Let the task wait for `due_ms`. What it leaves behind in the heap goes when its time comes, or when more than
        half of the heap is such leftovers.
        """
        task.due_ms = due_ms
        task.is_taken = False
        heappush(self._heap, (due_ms, task.number))
        if len(self._heap) > 2 * len(self.tasks) + SLACK:
            self._heap = [(other.due_ms, other.number) for other in self.tasks.values() if not other.is_taken]
            heapify(self._heap)

    # Machine

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        match fact:
            case Posted():
                self._posted(fact, offset, now_ms)
            case Deferred():
                task = self.tasks.get(fact.number)
                if task is not None:
                    task.attempts = fact.attempts
                    self._wait(task, fact.due_ms)
                    self.on_due()
            case Finished():
                for number in fact.numbers:
                    self._finished(number)

    def _posted(self, fact: Posted, offset: int, now_ms: int) -> None:
        first, targets = fact.first, fact.targets
        self.next_number = max(self.next_number, first + len(targets))
        if not targets:
            return
        post = self.posts[first] = Post(fact.service, offset, now_ms, len(targets), first)
        self._holdings.hold(offset)
        due_ms = fact.due_ms or now_ms
        for number, target in enumerate(targets, first):
            # A target has many tasks when its endpoint is down; they share the string.
            task = self.tasks[number] = Task(number, sys.intern(target), post, 0, due_ms)
            self._wait(task, due_ms)
        self.on_due()

    def _finished(self, number: int) -> None:
        task = self.tasks.pop(number, None)
        if task is None:
            return
        post = task.post
        post.left -= 1
        if not post.left:
            del self.posts[post.first]
            self._holdings.release(post.offset)

    def holds(self, fact: Any, offset: int) -> bool:
        """Whether a task still needs the content of `fact`."""
        post = self.posts.get(fact.first)
        return post is not None and post.offset == offset

    def relocate(self, fact: Any, offset: int) -> None:
        """The content of `fact` now stands at `offset` as well, and is read from there."""
        post = self.posts.get(fact.first)
        if post is not None:
            self._holdings.release(post.offset)
            self._holdings.hold(offset)
            post.offset = offset

    def next_due_ms(self) -> int | None:
        """Never: what is due here goes through the courier."""
        return None

    def due(self, _now_ms: int) -> Sequence[Fact]:
        """Nothing happens here by time alone."""
        return ()

    def snapshot(self) -> Iterator[Any]:
        """All tasks; those that are taken wait again when they are restored."""
        yield OutboxPart(self.next_number)
        posts = iter(self.posts.values())
        while some := list(islice(posts, ROWS)):
            yield PostsPart([post.first for post in some], [_row(post) for post in some])
        tasks = iter(self.tasks.values())
        while chunk := list(islice(tasks, ROWS)):
            yield TasksPart(
                [task.number for task in chunk],
                [task.post.first for task in chunk],
                [task.target for task in chunk],
                [task.attempts for task in chunk],
                [task.due_ms for task in chunk],
            )

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot."""
        match part:
            case OutboxPart():
                self.next_number = part.next_number
            case PostsPart():
                for first, (service, offset, _, posted_ms) in zip(part.firsts, part.posts, strict=True):
                    self.posts[first] = Post(service, offset, posted_ms, 0, first)
            case TasksPart():
                self._restore_tasks(part)

    def _restore_tasks(self, part: TasksPart) -> None:
        columns = zip(part.numbers, part.firsts, part.targets, part.attempts, part.due_ms, strict=True)
        for number, first, target, attempts, due_ms in columns:
            post = self.posts[first]
            post.left += 1
            task = self.tasks[number] = Task(number, sys.intern(target), post, attempts, due_ms)
            self._wait(task, due_ms)


def _row(post: Post) -> tuple[str, int, int, int]:
    return post.service, post.offset, 0, post.posted_ms


def _nobody() -> None:
    """Nobody is to be told."""
