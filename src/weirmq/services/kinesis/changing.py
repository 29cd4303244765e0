"""The ends of changes that take time: see `facts.ChangeBegun`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from weirmq.services.kinesis.facts import ChangeEnded
from weirmq.services.kinesis.planning import draw_mark

if TYPE_CHECKING:
    from weirmq.services.kinesis.service import Kinesis


class Changer:
    """Ends what is due."""

    def __init__(self, service: "Kinesis") -> None:
        self._service = service

    def next_due_ms(self) -> int | None:
        """When `end` wants to be called."""
        return self._service.machine.changes.next_ms()

    def end(self, now_ms: int) -> Sequence[ChangeEnded]:
        """The ends of changes that are due. They are due again as long as they aren't applied."""
        changes, due = self._service.machine.changes, []
        while (key := changes.pop_due(now_ms)) is not None:
            due.append(key)
        for key in due:
            changes.put(key, now_ms)
        numbers = [key.partition("/") for key in due]
        return [ChangeEnded(int(number), consumer, draw_mark(self._service.entropy)) for number, _, consumer in numbers]
