"""Another service hands one message over to several queues."""

from typing import TYPE_CHECKING, Any

from tests.simulation.expected import DEDUPLICATION_MS, First
from tests.simulation.life import ACCOUNT, CALLER, REGION
from weirmq.engine.handover import Address, Delivery, Value
from weirmq.kernel.errors import NoRoom
from weirmq.services.sqs.model import Queue

if TYPE_CHECKING:
    from tests.simulation.world import World

SOURCE = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"


def hand_over(world: "World") -> None:
    """To some queues, each of which gets a body of its own; FIFO queues that know the message leave it out."""
    every = list(world.life.machine.queues.values())
    queues = world.random.sample(every, min(len(every), world.random.randint(1, 3)))
    drafts = _drafts(world, queues)
    keys = [world._key(queue, draft) if queue.settings.is_fifo else None for queue, draft in drafts]
    firsts = [world.expected.first(key, world.now_ms) if key is not None else None for key in keys]
    if any(first is not None and not first.is_certain for first in firsts) or not _commit(world, drafts):
        return
    world._requests += 1
    world._read.clear()
    places = world.places()
    new = []
    for (queue, draft), key, first in zip(drafts, keys, firsts, strict=True):
        if first is not None:
            world.count("duplicate handed over")
            assert draft["MessageBody"] not in places, f"{draft['MessageBody'][:12]} should have been left out"
            continue
        world.count("handed over")
        number, seq = places[draft["MessageBody"]][0]
        sent = world.life.sqs.read(world.life.machine.queues[number], seq)
        new.append(world._note(queue, draft, sent.message_id, places))
        if key is not None:
            world.expected.firsts[key] = First(new[-1], world.now_ms + DEDUPLICATION_MS)

    def seen() -> None:
        for message in new:
            message.acknowledged = True

    world.life.answer(seen)


def _drafts(world: "World", queues: list[Queue]) -> list[tuple[Queue, dict[str, Any]]]:
    """What each queue is to get: the same, but for the body's ending."""
    world._bodies += 1
    body = f"m{world._bodies}:" + "x" * world.random.choice([0, 10, 600])
    group, name = world.random.choice("abcd"), f"id{world.random.randint(1, 30)}"
    return [
        (queue, {"MessageBody": f"{body}>{queue.name}", "MessageGroupId": group, "MessageDeduplicationId": name})
        for queue in queues
    ]


def _commit(world: "World", drafts: list[tuple[Queue, dict[str, Any]]]) -> bool:
    """Whether there was room for it."""
    if not drafts:
        return False
    draft = drafts[0][1]
    delivery = Delivery(
        body=draft["MessageBody"].partition(">")[0],
        sender="AIDA",
        source_arn=SOURCE,
        caller=CALLER,
        attributes={"color": Value("String", "red")},
        group=draft["MessageGroupId"],
        deduplication_id=draft["MessageDeduplicationId"],
    )
    addresses = [Address(queue.arn, f">{queue.name}") for queue, _ in drafts]
    accepted = world.life.sqs.handover.accept(addresses, delivery, world.now_ms)
    assert accepted.refused == {}
    try:
        world.life.journal.commit(world.life.machine, [], world.now_ms, also=accepted.also)
    except NoRoom:
        world.count("no room")
        return False
    return True
