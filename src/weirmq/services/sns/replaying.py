"""What moves a replay on: some messages of the archive at a time, to the one subscription.

While it lasts, the subscription gets nothing else: what is published meanwhile comes out of the archive in its turn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from weirmq.engine.machine import Fact
from weirmq.kernel.errors import LogDamaged
from weirmq.services.sns import facts, fanout, notifications
from weirmq.services.sns.filters import Filters
from weirmq.services.sns.model import COMPLETED, FAILED, Replay, Subscription

if TYPE_CHECKING:
    from weirmq.services.sns.archives import Found
    from weirmq.services.sns.service import Sns

AT_ONCE: Final = 50  # messages of one replay in one turn: some milliseconds


def step(service: "Sns", subscription: Subscription, now_ms: int) -> Sequence[Fact]:
    """Hand out the next messages; the facts say how far the replay is. What goes to the queue is committed here."""
    replay, topic, number = subscription.replay, subscription.topic, subscription.number
    if replay is None:
        return ()
    if not subscription.is_confirmed or not topic.settings.archive_days:
        return [facts.ReplayEnded(number, FAILED, "the archive is no longer active")]
    service.machine.advance(topic, now_ms)
    try:
        found, is_all = service.archives.some(subscription, replay, AT_ONCE, now_ms)
    except LogDamaged as error:
        return [facts.ReplayEnded(number, FAILED, str(error))]
    wanted = [each for each in found if not replay.to_ms or each.at_ms <= replay.to_ms]
    done: list[Fact] = []
    if is_all:
        done.append(facts.ReplayMoved(number, topic.next_seq))
    elif wanted:
        done.append(facts.ReplayMoved(number, wanted[-1].seq + 1))
    if len(wanted) < len(found) or (is_all and now_ms > replay.to_ms):
        done.append(facts.ReplayEnded(number, COMPLETED))
    service.commit(done, now_ms, also=_handed_out(service, subscription, replay, wanted, now_ms))
    return ()


def _handed_out(
    service: "Sns", subscription: Subscription, replay: Replay, found: Sequence["Found"], now_ms: int
) -> fanout.Also:
    """What must be committed so that the subscription gets those of the messages that it wants."""
    also: fanout.Also = []
    only = fanout.Receivers([subscription])
    filters = Filters()
    if subscription.settings.filter_policy:
        filters.add(subscription)
    for each in found:
        message = notifications.decode(each.notification)
        message.is_replayed = True
        if not subscription.settings.filter_policy or filters.match(message.message, message.attributes):
            # The queue has seen the deduplication id, perhaps minutes ago; a replay is not to be taken for a duplicate.
            message.deduplication_id = f"{message.message_id}-{replay.started_ms}"
            also += fanout.hand_to(service, subscription.topic, only, message, now_ms)
    return also
