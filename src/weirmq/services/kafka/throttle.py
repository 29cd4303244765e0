"""Client quotas, enforced: whoever goes beyond one is told for how long to wait, and not heard for that long (KIP-219).

It lies around the handlers and only where a cluster has quotas: handlers know nothing of it, but for those that change
topics (KIP-599).
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from weirmq.engine.waiting import Wait
from weirmq.services.kafka.ask import Api, Ask, Connection
from weirmq.services.kafka.client_quotas import CONSUMER, MUTATION, PRODUCER, REQUEST, Quota, Quotas
from weirmq.services.kafka.rates import SAMPLES, WINDOW_MS, Rate, TokenBucket

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

PRODUCE, FETCH = 0, 1  # API keys
KEPT: Final = 10_000  # rates; with more, those that are idle are forgotten

Key = tuple[int, str, tuple[str, str]]
"""Cluster, kind of quota, who shares it."""


class Throttle:
    """The rates of all clients that have quotas. `measure_ns` measures how long a handler takes."""

    def __init__(self, kafka: "Kafka", measure_ns: Callable[[], int] = perf_counter_ns) -> None:
        self.measure_ns = measure_ns
        self._kafka = kafka
        self._rates: dict[Key, Rate] = {}
        self._buckets: dict[Key, tuple[float, TokenBucket]] = {}
        self._last = 0

    def run(self, api: Api, ask: Ask, request: Any, quotas: Quotas) -> Any:
        """Answer a request, and charge whoever asks for it."""
        produced = _size(request) if ask.head.key == PRODUCE else 0
        if ask.head.key == FETCH and (quota := _quota(quotas, CONSUMER, ask)) is not None:
            request.max_bytes = min(request.max_bytes, int(quota.bound * (SAMPLES - 1) * WINDOW_MS / 1000))
        answer_later = ask.answer
        ask.answer = lambda answer: answer_later(self._charged(ask, answer, produced, 0))
        began_ns = self.measure_ns()
        answer = api.function(self._kafka, ask, request)
        spent_ns = self.measure_ns() - began_ns
        if answer is None and not ask.is_over:
            self._add(quotas, REQUEST, ask, spent_ns / 1e7)
            return None
        return self._charged(ask, answer, produced, spent_ns)

    def _charged(self, ask: Ask, answer: Any, produced: int, spent_ns: int) -> Any:
        """An answer, with the time that whoever gets it is to wait."""
        quotas = self._kafka.machine.clusters[ask.cluster].quotas
        wait_ms = max(ask.throttle_ms, min(self._add(quotas, REQUEST, ask, spent_ns / 1e7), WINDOW_MS))
        if produced:
            wait_ms = max(wait_ms, self._add(quotas, PRODUCER, ask, produced))
        if ask.head.key == FETCH and answer is not None:
            wait_ms = max(wait_ms, self._add(quotas, CONSUMER, ask, _fetched(answer)))
        if wait_ms > 0:
            if hasattr(answer, "throttle_time_ms"):
                answer.throttle_time_ms = wait_ms
            self._mute(ask.connection, ask.now_ms + wait_ms, ask.connection.unmute)
        return answer

    def _add(self, quotas: Quotas, kind: str, ask: Ask, amount: float) -> int:
        """Charge an amount; returns how long to wait for it."""
        quota = _quota(quotas, kind, ask)
        if quota is None:
            return 0
        rate = self._rate((ask.cluster, kind, quota.shared_by), ask.now_ms)
        rate.add(amount, ask.now_ms)
        return rate.wait_ms(quota.bound, ask.now_ms)

    def _rate(self, key: Key, now_ms: int) -> Rate:
        found = self._rates.get(key)
        if found is None:
            if len(self._rates) >= KEPT:
                self._rates = {known: rate for known, rate in self._rates.items() if not rate.is_idle(now_ms)}
            found = self._rates[key] = Rate()
        return found

    # Changes of topics

    def may_mutate(self, ask: Ask, partitions: int, *, is_strict: bool) -> bool:
        """Whether whoever asks may make or delete so many partitions now; where that isn't strict, they wait later."""
        cluster = self._kafka.machine.clusters[ask.cluster]
        quota = _quota(cluster.quotas, MUTATION, ask) if cluster.quotas else None
        if quota is None:
            return True
        key = (ask.cluster, MUTATION, quota.shared_by)
        bound, bucket = self._buckets.get(key, (0.0, None))
        if bucket is None or bound != quota.bound:
            bucket = TokenBucket(quota.bound, ask.now_ms)
            self._buckets[key] = (quota.bound, bucket)
        wait_ms = bucket.wait_ms(quota.bound, ask.now_ms)
        is_refused = is_strict and wait_ms > 0
        if not is_refused:
            bucket.take(partitions)
            wait_ms = 0 if is_strict else bucket.wait_ms(quota.bound, ask.now_ms)
        ask.throttle_ms = max(ask.throttle_ms, wait_ms)
        return not is_refused

    # Connections

    def came(self, connection: Connection, cluster: int, quotas: Quotas, now_ms: int) -> None:
        """A client is there; where too many came from its address, it isn't heard, and let go after a while."""
        quota = quotas.of_address(connection.peer)
        if quota is None:
            return
        rate = self._rate((cluster, "connection", quota.shared_by), now_ms)
        rate.add(1, now_ms)
        wait_ms = min(rate.wait_ms(quota.bound, now_ms), WINDOW_MS)
        if wait_ms > 0:
            rate.add(-1, now_ms)
            self._mute(connection, now_ms + wait_ms, connection.close)

    def _mute(self, connection: Connection, until_ms: int, then: Callable[[], None]) -> None:
        connection.mute()
        self._last += 1
        wait = Wait(("kafka throttle", self._last), until_ms, _nothing, _never, None)
        self._kafka.fetches.waiting.add(wait, partial(_call, then))


def _quota(quotas: Quotas, kind: str, ask: Ask) -> Quota | None:
    return quotas.of_client(kind, ask.connection.principal.name, ask.head.client_id or "")


def _size(request: Any) -> int:
    return sum(len(data.records or b"") for topic in request.topic_data for data in topic.partition_data)


def _fetched(answer: Any) -> int:
    return sum(len(data.records or b"") for topic in answer.responses for data in topic.partitions)


def _nothing(_now_ms: int) -> None:
    """Time alone ends it."""


def _never() -> None:
    """At its deadline."""


def _call(then: Callable[[], None], _answer: None) -> None:
    then()
