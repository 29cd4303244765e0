"""The figures that /metrics shows of services and of the journal, read off them at a scrape."""

from collections.abc import Iterator, Sequence

from weirmq.engine.flowing import Flowing
from weirmq.engine.journal import Journal
from weirmq.server.http import Server
from weirmq.server.kafka.ports import KafkaPorts
from weirmq.server.metrics import Family, Sample, single
from weirmq.services.cloudwatch import SERVICE as CLOUDWATCH
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.sns import SERVICE as SNS
from weirmq.services.sqs import SERVICE as SQS


def of_server(server: Server) -> Iterator[Family]:
    """What came and went over HTTP."""
    connections = len(server.connections) + len(server.arrivals)
    yield single("weirmq_connections", "gauge", "Open connections.", connections)
    yield single("weirmq_http_requests_total", "counter", "Requests of any kind.", server.requests)
    yield single("weirmq_received_bytes_total", "counter", "Bytes received.", server.bytes_in)
    yield single("weirmq_sent_bytes_total", "counter", "Bytes sent.", server.bytes_out)


def of_kafka(ports: Sequence[KafkaPorts]) -> Iterator[Family]:
    """What came and went over Kafka's protocol."""
    connections = sum(each.budget.connections for each in ports)
    requests, received, sent, failed_logins = (sum(each) for each in zip(*(each.counts for each in ports), strict=True))
    yield single("weirmq_kafka_connections", "gauge", "Open connections of Kafka clients.", connections)
    yield single("weirmq_kafka_requests_total", "counter", "Requests of Kafka clients.", requests)
    yield single("weirmq_kafka_received_bytes_total", "counter", "Bytes received from Kafka clients.", received)
    yield single("weirmq_kafka_sent_bytes_total", "counter", "Bytes sent to Kafka clients.", sent)
    yield single("weirmq_kafka_failed_logins_total", "counter", "Kafka clients that were turned away.", failed_logins)


def of_kafka_clients(kafka: KAFKA) -> Iterator[Family]:
    """What Kafka clients have pushed last of themselves."""
    samples: dict[bool, list[Sample]] = {False: [], True: []}
    for client in kafka.telemetry:
        cluster = kafka.machine.clusters[client.cluster].id
        for (metric, attributes, is_counter), value in client.points.items():
            labels = (cluster, client.traits.client_id, client.traits.client_instance_id, metric, attributes)
            samples[is_counter].append(Sample(labels, value))
    names = ("cluster", "client_id", "client", "metric", "attributes")
    meaning = "that a Kafka client pushed (KIP-714)."
    yield Family("weirmq_kafka_client_value", "gauge", f"A value {meaning}", names, samples[False])
    yield Family("weirmq_kafka_client_count_total", "counter", f"A counter {meaning}", names, samples[True])


def of_journal(journal: Journal) -> Iterator[Family]:
    """How far the log reaches."""
    yield single("weirmq_journal_end", "gauge", "Facts recorded since the data folder was made.", journal.end)
    yield single("weirmq_journal_start", "gauge", "The oldest fact still in the log.", journal.log.start)


def of_flows(flowing: Flowing) -> Iterator[Family]:
    """How many clients have events sent to them."""
    yield single("weirmq_event_streams", "gauge", "Answers that go on, such as subscriptions to shards.", len(flowing))


def of_sqs(sqs: SQS) -> Iterator[Family]:
    """How many messages each queue has, in which state."""
    samples = (  # made when they are read, for there may be 100,000 queues
        Sample((queue.arn, state), count)
        for queue in list(sqs.machine.queues.values())
        for state, count in (("visible", queue.ready), ("in_flight", queue.in_flight), ("delayed", queue.delayed))
    )
    yield Family("weirmq_sqs_messages", "gauge", "Messages in a queue, by state.", ("queue", "state"), samples)


def of_sns(sns: SNS) -> Iterator[Family]:
    """What became of the messages of each topic, by protocol."""
    samples = [Sample(labels, count) for labels, count in sns.counts.messages.items()]
    meaning = "Messages of a topic, by protocol and by what became of them."
    yield Family("weirmq_sns_messages_total", "counter", meaning, ("topic", "protocol", "state"), samples)


def of_cloudwatch(cloudwatch: CLOUDWATCH) -> Iterator[Family]:
    """What clients told PutMetricData, since the server started."""
    labels = ("account", "region", "namespace", "metric", "dimensions", "unit")
    samples: dict[str, list[Sample]] = {"count": [], "sum": [], "minimum": [], "maximum": []}
    for metric, statistics in cloudwatch.metrics.items():
        dimensions = ",".join(f"{name}={value}" for name, value in metric.dimensions)
        where = (metric.account, metric.region, metric.namespace, metric.name, dimensions, metric.unit)
        for part, found in samples.items():
            found.append(Sample(where, getattr(statistics, part)))
    name, of = "weirmq_cloudwatch_metric", "of the samples of a metric that clients reported."
    yield Family(f"{name}_samples_total", "counter", f"Number {of}", labels, samples["count"])
    yield Family(f"{name}_sum", "gauge", f"Sum {of}", labels, samples["sum"])
    yield Family(f"{name}_minimum", "gauge", f"Least {of}", labels, samples["minimum"])
    yield Family(f"{name}_maximum", "gauge", f"Greatest {of}", labels, samples["maximum"])
