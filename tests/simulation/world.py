"""The world around the broker: a clock, a disk, clients that ask for random things, and power that goes off."""

import errno
import json
import random
from functools import partial
from typing import Any

from tests.simulation.expected import DEDUPLICATION_MS, Expected, First, Place, Received, Sent
from tests.simulation.fan_out import hand_over
from tests.simulation.life import ACCOUNT, REGION, Life
from tests.simulation.scene import DAY_MS, DEAD_LETTERS, QUEUES, REFUSALS, SECOND_MS, START_MS, Handle
from tests.simulation.soundness import check_same, check_sound
from weirmq.engine.waiting import Wait
from weirmq.kernel.errors import LogFailed, NoRoom, ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.sqs.model import Queue
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.aws.types import sqs


class World:
    """Everything in it comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.disk = SimulatedDisk()
        self.now_ms = START_MS
        self.expected = Expected()
        self.handles: list[Handle] = []
        self.latest: dict[str, str] = {}  # the handle that was given out last, by body
        self.tasks: list[str] = []
        self.counts: dict[str, int] = {}
        self._entropy = SeededEntropy(seed)
        self._bodies = 0
        self._requests = 0
        self._read: dict[tuple[int, int, int], str] = {}
        self.life = Life(self.disk, self._entropy)
        self._commands = {
            self.send: 30, self.send_batch: 8, partial(hand_over, self): 8, self.receive: 30, self.delete: 14,
            self.delete_batch: 4, self.change_visibility: 6, self.purge: 0.5, self.set_attributes: 3, self.redrive: 3,
            self.move: 3, self.cancel_move: 0.5, self.delete_queue: 0.4, self.create_queue: 4, self.pass_time: 20,
        }  # fmt: skip
        self._wheel = {
            self.flush: 30, self.sync: 20, self.hear: 20, self.begin_snapshot: 4, self.end_snapshot: 5,
            self.copy_forward: 8, self.turn: 30, self.fill_disk: 4, self.break_disk: 0.4, self.cut_power: 1.5,
            self.kill: 0.4, self.stop: 0.5,
        }  # fmt: skip

    def count(self, what: str) -> None:
        """Note that something happened, so that a test can see that it does."""
        self.counts[what] = self.counts.get(what, 0) + 1

    # Steps

    def run(self, steps: int) -> None:
        """Live through so many steps, and then let everything be received."""
        for step in range(steps):
            self._guarded(self._pick(self._commands))
            self._guarded(self._pick(self._wheel))
            if step % 8 == 0:
                self._guarded(self.check)
        self.disk.capacity_bytes = None
        self._guarded(self.restart)
        self.disk.lose_power_at = None
        self.stop()
        self.drain()

    def _pick(self, choices: dict[Any, float]) -> Any:
        return self.random.choices(list(choices), list(choices.values()))[0]

    def _guarded(self, step: Any) -> None:
        """Take a step; where power goes off in it or the disk breaks, start again."""
        try:
            step()
        except PowerLost:
            self.count("power lost")
            self.restart()
        except LogFailed:
            self.count("disk broke")
            self.restart()

    def restart(self) -> None:
        """The machine loses power, or just the process ends; then it comes back, if power stays on for that."""
        while True:
            if self.random.random() < 0.8:
                self.disk.crash(self._entropy)
            else:
                self.disk.kill()
            if self.random.random() < 0.2:
                self.disk.lose_power_at = self.disk.calls + self.random.randint(1, 8)
            try:
                self.life = Life(self.disk, self._entropy)
            except (PowerLost, LogFailed):
                self.count("power lost at start")
                continue
            except NoRoom:
                self.disk.capacity_bytes = None
                continue
            break
        self._read.clear()
        self.count("restart")
        self.expected.recover(self.places(), self.now_ms)
        self.check()

    def places(self) -> dict[str, list[Place]]:
        """Where each message is, by its body."""
        found: dict[str, list[Place]] = {}
        for queue in self.life.machine.queues.values():
            self.life.machine.advance(queue, self.now_ms)
            for seq, message in queue.messages.items():
                place = (message.offset, queue.number, seq)
                body = self._read.get(place)
                if body is None:
                    body = self._read[place] = self.life.sqs.read(queue, seq).body
                found.setdefault(body, []).append((queue.number, seq))
        return found

    def check(self) -> None:
        """All is as expected."""
        self._read.clear()
        self.expected.check(self.places(), self.now_ms)
        check_sound(self.life, self.now_ms)

    def drain(self) -> None:
        """Receive and delete everything: nothing may be stuck."""
        for _ in range(5_000):
            busy = [queue for queue in self.life.machine.queues.values() if queue.messages]
            if not busy:
                break
            for queue in busy:
                self._drain(queue)
            self.life.settle()
            nexts = [self.life.machine.next_visible_ms(queue) for queue in busy if queue.messages]
            self.now_ms = max(self.now_ms + 1, min((at_ms for at_ms in nexts if at_ms), default=self.now_ms))
            self.life.turn(self.now_ms)
        assert not any(queue.messages for queue in self.life.machine.queues.values()), "messages that nobody can get"
        self.check()

    def _drain(self, queue: Queue) -> None:
        before = len(self.handles)
        request = sqs.ReceiveMessageRequest(
            QueueUrl=queue.name, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=30
        )
        self._received(queue, request, self.ask("ReceiveMessage", request))
        self.life.settle()
        for handle in self.handles[before:]:
            self._delete(handle)

    # The wheel

    def flush(self) -> None:
        self.life.journal.flush()

    def sync(self) -> None:
        self.life.sync()

    def hear(self) -> None:
        self.life.hear()

    def begin_snapshot(self) -> None:
        self.life.begin_snapshot()

    def end_snapshot(self) -> None:
        start = self.life.journal.log.start
        self.life.end_snapshot()
        if self.life.journal.log.start > start:
            self.count("trimmed")

    def copy_forward(self) -> None:
        end = self.life.journal.end
        self.life.copy_forward(self.random.randint(1, 40))
        if self.life.journal.end > end:
            self.count("copied")

    def turn(self) -> None:
        self.life.turn(self.now_ms)

    def fill_disk(self) -> None:
        """Let the disk run full, or, more often, be roomy again."""
        if self.disk.capacity_bytes is not None or self.random.random() < 0.8:
            self.disk.capacity_bytes = None
            return
        used = sum(self.disk.size(file) for file in self.disk._files)
        self.disk.capacity_bytes = used + self.random.randint(0, 20_000)

    def break_disk(self) -> None:
        verb = self.random.choice(["write", "sync", "allocate", "truncate", "rename", "sync_folder", "any"])
        self.disk.fail(verb, nth=self.random.randint(1, 3), error=self.random.choice([errno.EIO, errno.ENOSPC]))

    def cut_power(self) -> None:
        self.disk.lose_power_at = self.disk.calls + self.random.randint(1, 12)

    def kill(self) -> None:
        self.count("killed")
        self.restart()

    def stop(self) -> None:
        """Stop and start again: what is then in memory is what was."""
        self.life.settle()
        self.now_ms += 1
        before = self.life
        self.disk.kill()
        self.life = Life(self.disk, self._entropy)
        self._read.clear()
        self.count("stopped")
        check_same(before, self.life, self.now_ms)

    def pass_time(self) -> None:
        most_ms = self.random.choice([10, SECOND_MS, 30 * SECOND_MS, 30 * SECOND_MS, 600 * SECOND_MS])
        if self.random.random() < 0.01:
            most_ms = 3 * DAY_MS
        self.now_ms += self.random.randint(1, most_ms)

    # Commands

    def ask(self, operation: str, request: Any) -> Any:
        """The answer, or None where it was refused and may be."""
        answer = self.life.ask(operation, request, self.now_ms)
        if isinstance(answer, ServiceError):
            assert answer.code in REFUSALS.get(operation, ()), f"{operation}: {answer!r}"
            self.count(f"{operation} refused")
            return None
        if isinstance(answer, NoRoom):
            self.count("no room")
            return None
        self.count(operation)
        return answer if answer is not None else True

    def queue(self) -> Queue | None:
        """Some queue."""
        queues = list(self.life.machine.queues.values())
        return self.random.choice(queues) if queues else None

    def create_queue(self) -> None:
        name = self.random.choice(list(QUEUES))
        if name not in {queue.name for queue in self.life.machine.queues.values()}:
            self.ask("CreateQueue", sqs.CreateQueueRequest(QueueName=name, Attributes=QUEUES[name]))

    def delete_queue(self) -> None:
        if (queue := self.queue()) is not None:
            self._remove_all(queue, "DeleteQueue", sqs.DeleteQueueRequest(QueueUrl=queue.name))

    def purge(self) -> None:
        if (queue := self.queue()) is not None:
            self._remove_all(queue, "PurgeQueue", sqs.PurgeQueueRequest(QueueUrl=queue.name))

    def _remove_all(self, queue: Queue, operation: str, request: Any) -> None:
        bodies = [body for body, [place] in self.places().items() if place[0] == queue.number]
        if self.ask(operation, request) is not None:
            self._removed(bodies)

    def _removed(self, bodies: list[str]) -> None:
        removed = [self.expected.messages[body] for body in bodies]
        for sent in removed:
            sent.removed = True

        def seen() -> None:
            for sent in removed:
                sent.removal_acknowledged = True

        self.life.answer(seen)

    def set_attributes(self) -> None:
        name, values = self.random.choice(
            [
                ("VisibilityTimeout", [0, 5, 30, 43_200]),
                ("DelaySeconds", [0, 0, 3, 900]),
                ("MessageRetentionPeriod", [600, 345_600, 1_209_600]),
                ("ReceiveMessageWaitTimeSeconds", [0, 20]),
            ]
        )
        if (queue := self.queue()) is not None:
            self._set(queue, {name: str(self.random.choice(values))})

    def redrive(self) -> None:
        queue = self.queue()
        if queue is not None and queue.name in DEAD_LETTERS:
            target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{DEAD_LETTERS[queue.name]}"
            policy = {"deadLetterTargetArn": target, "maxReceiveCount": self.random.randint(1, 3)}
            self._set(queue, {"RedrivePolicy": json.dumps(policy) if self.random.random() < 0.8 else ""})

    def _set(self, queue: Queue, attributes: dict[str, str]) -> None:
        self.ask("SetQueueAttributes", sqs.SetQueueAttributesRequest(QueueUrl=queue.name, Attributes=attributes))
        self.expected.shorten(self._least_retention_ms())

    def _least_retention_ms(self) -> int:
        return SECOND_MS * min(queue.settings.retention_s for queue in self.life.machine.queues.values())

    def move(self) -> None:
        name = self.random.choice(["dead", "dead.fifo"])
        rate = self.random.choice([None, None, 1, 100])
        source = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        request = sqs.StartMessageMoveTaskRequest(SourceArn=source, MaxNumberOfMessagesPerSecond=rate)
        if (answer := self.ask("StartMessageMoveTask", request)) is not None:
            self.tasks.append(answer.TaskHandle)

    def cancel_move(self) -> None:
        if self.tasks:
            handle = self.random.choice(self.tasks)
            self.ask("CancelMessageMoveTask", sqs.CancelMessageMoveTaskRequest(TaskHandle=handle))

    # Messages

    def _draft(self, queue: Queue) -> dict[str, Any]:
        self._bodies += 1
        body = f"m{self._bodies}:" + "x" * self.random.choice([0, 10, 100, 600])
        if not queue.settings.is_fifo:
            delay = self.random.choice([None, None, None, 0, 5, 60])
            group = self.random.choice([None, None, "a", "b"])
            return {"MessageBody": body, "DelaySeconds": delay, "MessageGroupId": group}
        known = queue.settings.content_based_deduplication and self.random.random() < 0.5
        name = None if known else f"id{self.random.randint(1, 30)}"
        return {"MessageBody": body, "MessageGroupId": self.random.choice("abcd"), "MessageDeduplicationId": name}

    def _key(self, queue: Queue, draft: dict[str, Any]) -> tuple[int, str, str] | None:
        name = draft.get("MessageDeduplicationId")
        scope = draft["MessageGroupId"] if queue.settings.deduplication_by_group else ""
        return (queue.number, scope, name) if name is not None else None

    def _drafts(self, queue: Queue, most: int) -> list[dict[str, Any]]:
        """Messages to send, none of which could be a duplicate of one that nobody can tell the fate of."""
        drafts = [self._draft(queue) for _ in range(most)]
        firsts = [self.expected.first(key, self.now_ms) for d in drafts if (key := self._key(queue, d)) is not None]
        return [] if any(first is not None and not first.is_certain for first in firsts) else drafts

    def send(self) -> None:
        queue = self.queue()
        if queue is None or not (drafts := self._drafts(queue, 1)):
            return
        answer = self.ask("SendMessage", sqs.SendMessageRequest(QueueUrl=queue.name, **drafts[0]))
        if answer is not None:
            self._sent(queue, drafts, [answer.MessageId])

    def send_batch(self) -> None:
        queue = self.queue()
        if queue is None or not (drafts := self._drafts(queue, self.random.randint(1, 10))):
            return
        entries = [sqs.SendMessageBatchRequestEntry(Id=str(index), **draft) for index, draft in enumerate(drafts)]
        answer = self.ask("SendMessageBatch", sqs.SendMessageBatchRequest(QueueUrl=queue.name, Entries=entries))
        if answer is not None:
            assert not answer.Failed, answer.Failed
            self._sent(queue, drafts, [entry.MessageId for entry in answer.Successful])

    def _sent(self, queue: Queue, drafts: list[dict[str, Any]], message_ids: list[str]) -> None:
        self._requests += 1
        places = self.places()
        new: list[Sent] = []
        for draft, message_id in zip(drafts, message_ids, strict=True):
            key = self._key(queue, draft)
            first = self.expected.first(key, self.now_ms) if key is not None else None
            if first is not None:
                self.count("duplicate")
                assert message_id == first.sent.message_id, f"{draft['MessageBody'][:12]} should be a duplicate"
                continue
            sent = self._note(queue, draft, message_id, places)
            new.append(sent)
            if key is not None:
                self.expected.firsts[key] = First(sent, self.now_ms + DEDUPLICATION_MS)

        def seen() -> None:
            for sent in new:
                sent.acknowledged = True

        self.life.answer(seen)

    def _note(self, queue: Queue, draft: dict[str, Any], message_id: str, places: dict[str, list[Place]]) -> Sent:
        body = draft["MessageBody"]
        assert body in places, f"{body[:12]} was sent, and isn't there"
        delay_s = draft.get("DelaySeconds")
        visible_at_ms = self.now_ms + SECOND_MS * (queue.settings.delay_s if delay_s is None else delay_s)
        sent = Sent(
            body, self._requests, message_id, places[body][0], draft["MessageGroupId"], self.now_ms, visible_at_ms,
            self._least_retention_ms(),
        )  # fmt: skip
        self.expected.add(sent)
        return sent

    def receive(self) -> None:
        queue = self.queue()
        if queue is None:
            return
        attempt = f"a{self.random.randint(1, 3)}" if queue.settings.is_fifo and self.random.random() < 0.2 else None
        request = sqs.ReceiveMessageRequest(
            QueueUrl=queue.name,
            MaxNumberOfMessages=self.random.choice([None, 1, 3, 10]),
            VisibilityTimeout=self.random.choice([None, None, 0, 2, 30, 600, 43_200]),
            WaitTimeSeconds=self.random.choice([None, 0, 0, 5, 20]),
            MessageSystemAttributeNames=["All"],
            ReceiveRequestAttemptId=attempt,
        )
        answer = self.ask("ReceiveMessage", request)
        if isinstance(answer, Wait):
            self.count("waited")
            self.life.wait(answer, lambda late: self._received(queue, request, late))
        else:
            self._received(queue, request, answer)

    def _received(self, queue: Queue, request: sqs.ReceiveMessageRequest, answer: Any) -> None:
        if not isinstance(answer, sqs.ReceiveMessageResult) or not answer.Messages:
            return
        places = self.places()
        timeout_s = request.VisibilityTimeout
        timeout_s = queue.settings.visibility_timeout_s if timeout_s is None else timeout_s
        bodies = [str(message.Body) for message in answer.Messages]
        self.expected.receive(
            Received(
                queue.number,
                queue.settings.is_fifo,
                bodies,
                self.now_ms,
                self.now_ms + timeout_s * SECOND_MS,
                request.ReceiveRequestAttemptId is not None,
            ),
            places,
        )
        retention_ms = queue.settings.retention_s * SECOND_MS
        for message in answer.Messages:
            self.count("received")
            sent_ms = int((message.Attributes or {}).get("SentTimestamp", self.now_ms))
            assert self.now_ms - sent_ms < retention_ms, f"{str(message.Body)[:12]} is past its retention"
        found = [
            Handle(queue.name, str(message.ReceiptHandle), body, places[body][0])
            for message, body in zip(answer.Messages, bodies, strict=True)
        ]
        self.latest |= {handle.body: handle.handle for handle in found}
        self.life.answer(lambda: self.handles.extend(found))

    def _take_handle(self) -> Handle | None:
        """A receipt handle, mostly a recent one, whose queue is there."""
        names = {queue.name for queue in self.life.machine.queues.values()}
        self.handles = [handle for handle in self.handles[-200:] if handle.queue in names]
        if not self.handles:
            return None
        return self.handles[max(0, len(self.handles) - 1 - int(self.random.expovariate(0.1)))]

    def delete(self) -> None:
        if (handle := self._take_handle()) is not None:
            self._delete(handle)

    def _delete(self, handle: Handle) -> None:
        is_there = self.places().get(handle.body) == [handle.place]
        request = sqs.DeleteMessageRequest(QueueUrl=handle.queue, ReceiptHandle=handle.handle)
        answer = self.life.ask("DeleteMessage", request, self.now_ms)
        if isinstance(answer, ServiceError):
            self._check_refusal(handle, answer.code, is_there=is_there)
        elif is_there and not isinstance(answer, NoRoom):
            self.count("deleted")
            self._removed([handle.body])

    def _check_refusal(self, handle: Handle, code: str, *, is_there: bool) -> None:
        """Only an expired handle of a FIFO queue is refused, and handles of a queue that had the name before."""
        self.count("delete refused")
        number = self.life.machine.by_name[ACCOUNT, REGION, handle.queue].number
        if number != handle.place[0]:
            assert code == "ReceiptHandleIsInvalid", code
            return
        assert is_there, f"deleting {handle.body[:12]}, which is gone, gave {code}"
        assert handle.queue.endswith(".fifo"), f"deleting {handle.body[:12]} gave {code}"
        assert code == "InvalidParameterValueException", code
        _, _, until_ms = self.expected.in_flight.get(handle.body, (0, None, 0))
        assert self.latest[handle.body] != handle.handle or until_ms <= self.now_ms, (
            f"the handle of {handle.body[:12]} was still good"
        )

    def delete_batch(self) -> None:
        first = self._take_handle()
        if first is None:
            return
        chosen = {handle.handle: handle for handle in self.handles[-30:] if handle.queue == first.queue}
        handles = list(chosen.values())[-10:]
        places = self.places()
        entries = [
            sqs.DeleteMessageBatchRequestEntry(Id=str(index), ReceiptHandle=handle.handle)
            for index, handle in enumerate(handles)
        ]
        if not entries:
            return
        answer = self.ask("DeleteMessageBatch", sqs.DeleteMessageBatchRequest(QueueUrl=first.queue, Entries=entries))
        if answer is not None:
            done = [handles[int(entry.Id)] for entry in answer.Successful]
            self._removed(list({handle.body for handle in done if places.get(handle.body) == [handle.place]}))
            for entry in answer.Failed:
                handle = handles[int(entry.Id)]
                assert handle.queue.endswith(".fifo") or entry.Code == "ReceiptHandleIsInvalid", entry

    def change_visibility(self) -> None:
        handle = self._take_handle()
        if handle is None:
            return
        timeout_s = self.random.choice([0, 0, 5, 60, 3_600])
        request = sqs.ChangeMessageVisibilityRequest(
            QueueUrl=handle.queue, ReceiptHandle=handle.handle, VisibilityTimeout=timeout_s
        )
        if self.ask("ChangeMessageVisibility", request) is not None:
            group = self.expected.messages[handle.body].group
            until_ms = self.now_ms + timeout_s * SECOND_MS
            self.expected.in_flight[handle.body] = (handle.place[0], group, until_ms)
