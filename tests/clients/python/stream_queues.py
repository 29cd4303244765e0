"""What a program with boto3 does with queues on Kinesis streams, step by step."""

import sys
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta

from client import ENDPOINT, RUN, TEXT, equal, raises, session

kinesis = session.client("kinesis", endpoint_url=ENDPOINT)
STREAM = f"{RUN}-orders"


def stream(name=STREAM):
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]


def key_of(data):
    return f"key {len(data)} é"


def put(*data, name=STREAM):
    records = [{"Data": each, "PartitionKey": key_of(each)} for each in data]
    answer = kinesis.put_records(StreamName=name, Records=records)
    equal(answer["FailedRecordCount"], 0)
    return [record["SequenceNumber"] for record in answer["Records"]]


def create_queue(name, start="TRIM_HORIZON", stream_arn=None, attributes=None, **position):
    chosen = {"StreamARN": stream_arn or ARN, "StartingPosition": {"Type": start, **position}}
    made = kinesis.create_queue(
        QueueName=f"{RUN}-{name}", StreamConfigurationList=[chosen], QueueAttributes=attributes or {}
    )["QueueDescription"]
    equal(made["QueueStatus"], "ACTIVE")
    return made["QueueARN"]


def receive(arn, dead=False, **members):
    ask = kinesis.receive_dead_letter_queue_records if dead else kinesis.receive_queue_records
    return ask(QueueARN=arn, **{"WaitTimeSeconds": 1, **members})["QueueRecords"]


def entries(records, **members):
    return [{"ReceiptHandle": record["ReceiptHandle"], **members} for record in records]


def done(answer, count):
    equal((len(answer["Successful"]), answer["Failed"]), (count, []))


def control():
    arn = create_queue("control", attributes={"VisibilityTimeoutSeconds": 45})
    described = kinesis.describe_queue(QueueARN=arn)["QueueDescription"]
    equal(described["QueueName"], f"{RUN}-control")
    [chosen] = described["StreamConfigurationList"]
    assert isinstance(chosen["StartingPosition"]["Timestamp"], datetime)
    equal(described["QueueAttributes"], {
        "VisibilityTimeoutSeconds": 45, "DeadLetterConfiguration": {"TargetType": "BUILT_IN", "MaxReceiveCount": 6},
    })  # fmt: skip
    off = {"DeadLetterConfiguration": {"TargetType": "NONE"}}
    after = kinesis.update_queue(QueueARN=arn, QueueAttributes=off)["QueueDescription"]["QueueAttributes"]
    equal(after, {"VisibilityTimeoutSeconds": 45, **off})
    pages = kinesis.get_paginator("list_queues").paginate(
        StreamFilter=[{"StreamARN": ARN}], PaginationConfig={"PageSize": 1}
    )
    listed = [each["QueueARN"] for page in pages for each in page["QueueSummaries"]]
    assert arn in listed, listed
    kinesis.tag_resource(ResourceARN=arn, Tags={"team": "river"})
    equal(kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "team", "Value": "river"}])
    raises(kinesis.exceptions.ResourceInUseException, kinesis.delete_stream, StreamName=STREAM)
    kinesis.delete_queue(QueueARN=arn)
    raises(kinesis.exceptions.ResourceNotFoundException, kinesis.describe_queue, QueueARN=arn)
    raises(kinesis.exceptions.ResourceNotFoundException, kinesis.receive_queue_records, QueueARN=arn)


def roundtrip():
    arn = create_queue("roundtrip", "LATEST")
    data = [TEXT.encode(), bytes(range(256)), b"x" * 100_000]
    numbers = put(*data)
    found = {}
    while len(found) < len(data):
        records = receive(arn, VisibilityTimeoutSeconds=100)
        assert records, found
        found |= {record["RecordId"]: record for record in records}
    equal([found[number]["Data"] for number in numbers], data)
    for record in found.values():
        equal((record["ReceiveCount"], record["PartitionKey"]), (1, key_of(record["Data"])))
        assert abs(record["ApproximateArrivalTimestamp"] - datetime.now(UTC)) < timedelta(minutes=1)
    done(kinesis.acknowledge_queue_records(QueueARN=arn, Entries=entries(found.values())), len(data))
    equal(receive(arn), [])


def positions():
    put(b"before")
    time.sleep(0.01)
    between = datetime.now(UTC)
    put(b"after")
    arn = create_queue("positions", "AT_TIMESTAMP", Timestamp=between)
    [record] = receive(arn)
    equal(record["Data"], b"after")


def longpoll():
    arn = create_queue("longpoll", "LATEST")
    got = []
    poll = threading.Thread(target=lambda: got.extend(receive(arn, WaitTimeSeconds=20)))
    poll.start()
    time.sleep(0.3)
    begun = time.monotonic()
    put(b"woken")
    poll.join(timeout=10)
    equal([record["Data"] for record in got], [b"woken"])
    assert time.monotonic() - begun < 2
    begun = time.monotonic()
    equal(receive(arn, WaitTimeSeconds=1), [])
    assert 0.9 < time.monotonic() - begun < 5


def visibility():
    arn = create_queue("visibility", "LATEST")
    put(b"a")
    [record] = receive(arn, VisibilityTimeoutSeconds=1)
    equal(receive(arn, WaitTimeSeconds=5)[0]["ReceiveCount"], 2)
    late = kinesis.update_queue_records_visibility(QueueARN=arn, Entries=entries([record], VisibilityTimeoutSeconds=9))
    equal([each["ErrorCode"] for each in late["Failed"]], ["InvalidArgumentException"])


def deadletter():
    built_in = {"TargetType": "BUILT_IN", "MaxReceiveCount": 1}
    arn = create_queue("deadletter", "LATEST", attributes={"DeadLetterConfiguration": built_in})
    put(b"poison", b"ivy")
    received = 0
    while received < 2:
        received += len(receive(arn, VisibilityTimeoutSeconds=0))
    equal(receive(arn), [])
    dead = receive(arn, dead=True)
    equal(sorted(record["Data"] for record in dead), [b"ivy", b"poison"])
    first, second = dead
    hidden = entries([first], VisibilityTimeoutSeconds=0)
    done(kinesis.update_dead_letter_queue_records_visibility(QueueARN=arn, Entries=hidden), 1)
    [first] = receive(arn, dead=True)
    done(kinesis.restore_dead_letter_queue_records(QueueARN=arn, Entries=entries([first])), 1)
    done(kinesis.acknowledge_dead_letter_queue_records(QueueARN=arn, Entries=entries([second])), 1)
    [again] = receive(arn)
    equal((again["Data"], again["ReceiveCount"]), (first["Data"], 1))
    equal(receive(arn, dead=True), [])


def errors():
    arn = create_queue("errors")
    raises(kinesis.exceptions.ResourceInUseException, create_queue, "errors")
    raises(kinesis.exceptions.ValidationException, create_queue, "never", Timestamp=datetime.now(UTC))
    made_up = [{"ReceiptHandle": "made up"}]
    answer = kinesis.acknowledge_queue_records(QueueARN=arn, Entries=made_up)
    equal([each["ErrorCode"] for each in answer["Failed"]], ["InvalidArgumentException"])
    provisioned = f"{RUN}-provisioned"
    kinesis.create_stream(StreamName=provisioned, ShardCount=1)
    raises(kinesis.exceptions.ValidationException, create_queue, "never", stream_arn=ARN.replace(STREAM, provisioned))


STEPS = (control, roundtrip, positions, longpoll, visibility, deadletter, errors)
ARN = stream()


def main():
    failures = 0
    for step in STEPS:
        try:
            step()
            print("ok", step.__name__, flush=True)
        except Exception:  # noqa: BLE001 - the other steps are still worth taking
            failures += 1
            print("FAILED", step.__name__, flush=True)
            traceback.print_exc()
    return failures


sys.exit(1 if main() else 0)
