"""What moves a replay on: some messages of the archive at a time, to the one subscription."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from weirmq.engine.machine import Fact
from weirmq.services.sns import facts, fanout, notifications
from weirmq.services.sns.model import Subscription

if TYPE_CHECKING:
    from weirmq.services.sns.service import Sns

AT_ONCE: Final = 50  # messages of one replay in one turn: about a millisecond


def step(service: "Sns", subscription: Subscription, now_ms: int) -> Sequence[Fact]:
    """Hand out the next messages; the facts say how far the replay is. What goes to the queue is committed here."""
    replay, topic = subscription.replay, subscription.topic
    if replay is None:
        return ()
    end_ms = replay.to_ms or now_ms
    service.machine.advance(topic, now_ms)
    found = topic.archive.some(replay.from_ms, replay.next_seq, AT_ONCE)
    number = subscription.number
    wanted = [entry for entry in found if entry.at_ms <= end_ms]
    if not subscription.is_confirmed or not topic.settings.archive_days:
        return [facts.ReplayEnded(number, "Failed", "the archive is no longer active")]
    also: fanout.Also = []
    only = fanout.Receivers([subscription])
    for entry in wanted:
        kept = service.journal.read(service.machine, entry.offset)
        message = notifications.decode(kept.notification)
        message.is_replayed = True
        if fanout.wants(topic, subscription, message):
            # The queue has seen the deduplication id, perhaps minutes ago; a replay is not to be taken for a duplicate.
            message.deduplication_id = f"{message.message_id}-{replay.started_ms}"
            also += fanout.hand_to(service, topic, only, message, now_ms)
    done: list[Fact] = []
    if wanted:
        done.append(facts.ReplayMoved(number, wanted[-1].seq + 1))
    if len(wanted) < AT_ONCE:
        done.append(facts.ReplayEnded(number, "Completed"))
    service.commit(done, now_ms, also=also)
    return ()
