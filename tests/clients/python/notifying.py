"""What each step of the SNS story needs: clients, queues that let topics in, and a look at what was delivered."""

import json
import os
import threading
import time
from email import policy
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from client import ENDPOINT, RUN, arn_of, one, queue, receive, session, sqs

sns = session.client("sns", endpoint_url=ENDPOINT)
OUTBOX = Path(os.environ["WEIRMQ_OUTBOX"])
_LIMIT_S = 20
_LOOK_S = 0.03


@cache
def account():
    return session.client("sts", endpoint_url=ENDPOINT).get_caller_identity()["Account"]


class Heard:
    """The names of the operations that were called."""

    def __init__(self):
        self.names = set()
        sns.meta.events.register("before-call.sns", self._hear)

    def _hear(self, model, **_others):
        self.names.add(model.name)


def topic(name, tags=(), **attributes):
    return sns.create_topic(Name=f"{RUN}-{name}", Attributes=attributes, Tags=list(tags))["TopicArn"]


def welcome(url, topic_arn):
    """Let a topic send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy_text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_text})


def subscribed(topic_arn, name, queue_attributes=None, **attributes):
    """A new queue that gets the topic's messages: its URL, and the subscription's ARN."""
    url = queue(name, **(queue_attributes or {}))
    welcome(url, topic_arn)
    made = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn_of(url), Attributes=attributes)
    return url, made["SubscriptionArn"]


def envelope(url):
    """The notification in the next message, which must come."""
    return json.loads(one(url)["Body"])


def bodies(url):
    """All messages that wait, received and deleted."""
    found = []
    while messages := receive(url, MaxNumberOfMessages=10):
        found += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def eventually(look):
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + _LIMIT_S
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing after {_LIMIT_S} s"
        threading.Event().wait(_LOOK_S)
    return found


def mails(recipient):
    """The mails in the outbox folder, the oldest first."""
    found = [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in sorted(OUTBOX.glob("*.eml"))]
    return [mail for mail in found if mail["To"] == recipient]


def mailed(recipient, count):
    """The `count`th mail to the recipient, once it is there."""
    return eventually(lambda: mails(recipient)[count - 1 :])[0]


def texted(number):
    """The newest text message to a number, once there is one."""

    def look():
        found = [json.loads(path.read_text()) for path in sorted(OUTBOX.glob("*.sms.json"))]
        return [message for message in found if message["phone_number"] == number]

    return eventually(look)[-1]


def link_in(mail, action):
    """The link in a mail that does this."""
    (found,) = [word for word in mail.get_content().split() if f"Action={action}" in word]
    return found
