"""The client that the scenario drives, and what each of its steps needs of it."""

import hashlib
import json
import os
import struct
import urllib.error
import urllib.parse
import urllib.request
import uuid

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

try:
    from boto3.session import Session
except ImportError:
    from blocking import Session

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
RUN = uuid.uuid4().hex[:8]
MIB = 1024 * 1024
# Everything that a body may hold and a careless encoder spoils: line ends, markup, the edges of the allowed ranges.
TEXT = "\r\n\t <&>\"' ]]> %2B+ 漢字 🐟 \ud7ff\ue000\ufffd\U0010ffff end"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

session = Session()
sqs = session.client("sqs", endpoint_url=ENDPOINT)
MODERN = hasattr(sqs, "start_message_move_task")
SYSTEM_NAMES = "MessageSystemAttributeNames" if MODERN else "AttributeNames"


def equal(actual, expected):
    assert actual == expected, f"got {actual!r}, expected {expected!r}"


def raises(kind, call, *args, code=None, **members):
    """Call, and give back the error, which must be of the SDK's own exception class."""
    try:
        call(*args, **members)
    except kind as error:
        if code is not None:
            equal(error.response["Error"]["Code"], code)
        return error
    raise AssertionError(f"{kind.__name__} expected, but the call went well")


def queue(name, **attributes):
    return sqs.create_queue(QueueName=f"{RUN}-{name}", Attributes=attributes)["QueueUrl"]


def attributes_of(url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"]).get("Attributes", {})


def arn_of(url):
    return attributes_of(url, "QueueArn")["QueueArn"]


def receive(url, **members):
    return sqs.receive_message(QueueUrl=url, **members).get("Messages", [])


def one(url, **members):
    """The single message that must come, within ten seconds."""
    messages = receive(url, **{"WaitTimeSeconds": 10, **members})
    equal(len(messages), 1)
    return messages[0]


def md5(data):
    return hashlib.md5(data).hexdigest()


def md5_of_attributes(attributes):
    """The digest as the SQS developer guide lays it out, under "Calculating the MD5 message digest"."""
    whole = b""
    for name in sorted(attributes):
        value = attributes[name]
        binary = value["DataType"].startswith("Binary")
        data = value["BinaryValue"] if binary else value["StringValue"].encode()
        for part in (name.encode(), value["DataType"].encode()):
            whole += struct.pack(">I", len(part)) + part
        whole += (b"\x02" if binary else b"\x01") + struct.pack(">I", len(data)) + data
    return md5(whole)


def text(value, data_type="String"):
    return {"DataType": data_type, "StringValue": value}


def drain(url, count):
    """Receive and delete `count` messages, in as many calls as it takes."""
    found = []
    while len(found) < count:
        messages = receive(url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        assert messages, f"{len(found)} of {count} messages came"
        found += messages
        entries = [{"Id": str(index), "ReceiptHandle": m["ReceiptHandle"]} for index, m in enumerate(messages)]
        equal(len(sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]), len(messages))
    return found


def fifo_queue(name, **more):
    return queue(f"{name}.fifo", FifoQueue="true", **more)


def dead_letter_pair(name):
    dead = queue(f"{name}-dead")
    policy = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1})
    return queue(name, RedrivePolicy=policy, VisibilityTimeout="0"), dead


def signed_url(url, **parameters):
    """A Query request as a link that anyone may follow for five minutes."""
    query = urllib.parse.urlencode({"Version": "2012-11-05", **parameters}, quote_via=urllib.parse.quote)
    request = AWSRequest(method="GET", url=f"{url}?{query}")
    SigV4QueryAuth(session.get_credentials(), "sqs", session.region_name, expires=300).add_auth(request)
    return request.url


def follow(link):
    with urllib.request.urlopen(link) as answer:
        return answer.read().decode()
