"""What a program with boto3 does with SNS, step by step; `refused` asks to be turned away.

One line a step; exit status 1 when a step fails. Needs the server's address in AWS_ENDPOINT_URL, its outbox folder in
WEIRMQ_OUTBOX, and the file that the server's function `keep` writes events to in WEIRMQ_KEPT.
"""

import json
import os
import re
import sys
import traceback
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import ClientError

from client import RUN, arn_of, equal, one, queue, raises, receive, sqs, text
from notifying import (
    Heard,
    account,
    bodies,
    envelope,
    eventually,
    link_in,
    mailed,
    sns,
    subscribed,
    texted,
    topic,
    welcome,
)
from sink import Sink

heard = Heard()
KIB = 1024


def topics():
    made = topic("topics", DisplayName="River news")
    equal(topic("topics", DisplayName="River news"), made)
    raises(sns.exceptions.InvalidParameterException, topic, "topics", DisplayName="Lake news")
    sns.set_topic_attributes(TopicArn=made, AttributeName="DisplayName", AttributeValue="Lake news")
    found = sns.get_topic_attributes(TopicArn=made)["Attributes"]
    equal([found[name] for name in ("TopicArn", "Owner", "DisplayName")], [made, account(), "Lake news"])
    listed = [each["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for each in page["Topics"]]
    assert made in listed, listed
    sns.delete_topic(TopicArn=made)
    sns.delete_topic(TopicArn=made)
    error = raises(sns.exceptions.NotFoundException, sns.get_topic_attributes, TopicArn=made)
    equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 404)


def tags():
    made = topic("tags", tags=[{"Key": "team", "Value": "river"}])
    sns.tag_resource(ResourceArn=made, Tags=[{"Key": "größe", "Value": "Fluß"}, {"Key": "team", "Value": "lake"}])
    sns.untag_resource(ResourceArn=made, TagKeys=["team", "never-set"])
    equal(sns.list_tags_for_resource(ResourceArn=made)["Tags"], [{"Key": "größe", "Value": "Fluß"}])


def fanout():
    made = topic("fanout")
    everything, subscription = subscribed(made, "fanout-all")
    raw, _ = subscribed(made, "fanout-raw", RawMessageDelivery="true")
    user = {"kind": text("order"), "raw": {"DataType": "Binary", "BinaryValue": b"\0\xff"}}
    sent = sns.publish(TopicArn=made, Subject="News", Message='a\n"b" 漢字 🐟', MessageAttributes=user)
    found = envelope(everything)
    wanted = {"Type": "Notification", "MessageId": sent["MessageId"], "TopicArn": made, "Subject": "News"}
    equal({name: found[name] for name in wanted}, wanted)
    equal(found["Message"], 'a\n"b" 漢字 🐟')
    equal(found["MessageAttributes"]["kind"], {"Type": "String", "Value": "order"})
    equal(found["MessageAttributes"]["raw"], {"Type": "Binary", "Value": "AP8="})
    assert subscription in found["UnsubscribeURL"], found
    message = one(raw, MessageAttributeNames=["All"])
    equal((message["Body"], message["MessageAttributes"]), ('a\n"b" 漢字 🐟', user))


# A filter policy on attributes; attributes that it lets through, and some that it doesn't.
FILTERS = [
    ({"kind": ["order", "offer"]}, {"kind": text("offer")}, {"kind": text("letter")}),
    ({"kind": [{"prefix": "or"}]}, {"kind": text("order")}, {"kind": text("offer")}),
    ({"kind": [{"suffix": ".png"}]}, {"kind": text("a.png")}, {"kind": text("a.gif")}),
    ({"kind": [{"equals-ignore-case": "Order"}]}, {"kind": text("ORDER")}, {"kind": text("orders")}),
    ({"kind": [{"anything-but": ["order"]}]}, {"kind": text("offer")}, {"kind": text("order")}),
    ({"kind": [{"anything-but": {"prefix": "or"}}]}, {"kind": text("offer")}, {"kind": text("order")}),
    ({"price": [{"numeric": [">", 10, "<=", 20]}]}, {"price": text("20", "Number")}, {"price": text("10", "Number")}),
    ({"kind": [{"exists": False}]}, {"other": text("x")}, {"kind": text("order")}),
    ({"from": [{"cidr": "10.0.0.0/24"}]}, {"from": text("10.0.0.7")}, {"from": text("10.0.1.7")}),
    ({"kind": ["a"]}, {"kind": text('["b", "a"]', "String.Array")}, {"kind": text('["b"]', "String.Array")}),
    ({"$or": [{"kind": ["a"]}, {"size": [1]}]}, {"size": text("1", "Number")}, {"size": text("2", "Number")}),
]  # fmt: skip


def filters():
    made = topic("filters")
    url, subscription = subscribed(made, "filters", RawMessageDelivery="true")

    def set_attribute(name, value):
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)

    for policy, let_through, held_back in FILTERS:
        set_attribute("FilterPolicy", json.dumps(policy))
        sns.publish(TopicArn=made, Message="held back", MessageAttributes=held_back)
        sns.publish(TopicArn=made, Message=json.dumps(policy), MessageAttributes=let_through)
        equal(bodies(url), [json.dumps(policy)])
    set_attribute("FilterPolicy", "{}")
    set_attribute("FilterPolicyScope", "MessageBody")
    set_attribute("FilterPolicy", json.dumps({"order": {"lines": {"sku": [{"prefix": "R-"}]}}}))
    for sku in ("L-1", "R-1"):
        sns.publish(TopicArn=made, Message=json.dumps({"order": {"lines": [{"sku": sku}, {"sku": "x"}]}}))
    (body,) = bodies(url)
    equal(json.loads(body)["order"]["lines"][0]["sku"], "R-1")
    raises(sns.exceptions.InvalidParameterException, set_attribute, "FilterPolicy", '{"order": "no list"}')


def batch():
    made = topic("batch")
    url, _ = subscribed(made, "batch", RawMessageDelivery="true")
    entries = [
        {"Id": "first", "Message": "1"},
        {"Id": "bad", "Message": "2", "Subject": "two\nlines"},
        {"Id": "last", "Message": "3", "MessageAttributes": {"n": text("3", "Number")}},
    ]
    answer = sns.publish_batch(TopicArn=made, PublishBatchRequestEntries=entries)
    equal([entry["Id"] for entry in answer["Successful"]], ["first", "last"])
    equal([(entry["Id"], entry["Code"]) for entry in answer["Failed"]], [("bad", "InvalidParameter")])
    equal(sorted(bodies(url)), ["1", "3"])
    twice = [{"Id": "same", "Message": "1"}] * 2
    kind = sns.exceptions.BatchEntryIdsNotDistinctException
    raises(kind, sns.publish_batch, TopicArn=made, PublishBatchRequestEntries=twice)
    many = [{"Id": str(n), "Message": "x"} for n in range(11)]
    kind = sns.exceptions.TooManyEntriesInBatchRequestException
    raises(kind, sns.publish_batch, TopicArn=made, PublishBatchRequestEntries=many)


def fifo():
    made = topic("fifo.fifo", FifoTopic="true", ContentBasedDeduplication="true")
    ordered, _ = subscribed(made, "fifo.fifo", {"FifoQueue": "true"}, RawMessageDelivery="true")
    plain, _ = subscribed(made, "fifo-plain")
    numbers = []
    for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("a1", "a")):
        numbers.append(int(sns.publish(TopicArn=made, Message=body, MessageGroupId=group)["SequenceNumber"]))
    equal(numbers[:3], sorted(set(numbers[:3])))
    equal(numbers[3], numbers[0])
    messages = receive(ordered, MaxNumberOfMessages=10, AttributeNames=["All"])
    equal([message["Body"] for message in messages if message["Attributes"]["MessageGroupId"] == "a"], ["a1", "a2"])
    equal(len(messages), 3)
    equal(sorted(int(json.loads(body)["SequenceNumber"]) for body in bodies(plain)), numbers[:3])
    raises(sns.exceptions.InvalidParameterException, sns.publish, TopicArn=made, Message="x")


def replay():
    policy = json.dumps({"MessageRetentionPeriod": "7"})
    made = topic("replay.fifo", FifoTopic="true", ContentBasedDeduplication="true", ArchivePolicy=policy)
    sent = [sns.publish(TopicArn=made, Message=body, MessageGroupId="g")["MessageId"] for body in ("1", "2", "3")]
    assert sns.get_topic_attributes(TopicArn=made)["Attributes"]["BeginningArchiveTime"]
    start = datetime.now(UTC) - timedelta(minutes=5)
    wanted = {"PointType": "Timestamp", "StartingPoint": start.strftime("%Y-%m-%dT%H:%M:%SZ")}
    url, _ = subscribed(made, "replay.fifo", {"FifoQueue": "true"}, ReplayPolicy=json.dumps(wanted))
    found = [json.loads(body) for body in eventually(lambda: bodies(url))]
    while len(found) < len(sent):
        found += [json.loads(body) for body in eventually(lambda: bodies(url))]
    equal([message["MessageId"] for message in found], sent)
    equal([message["Message"] for message in found], ["1", "2", "3"])
    sns.set_topic_attributes(TopicArn=made, AttributeName="ArchivePolicy", AttributeValue="{}")


def structure():
    made = topic("structure")
    url, _ = subscribed(made, "structure")
    sns.publish(TopicArn=made, MessageStructure="json", Message=json.dumps({"default": "all", "sqs": "queues"}))
    equal(envelope(url)["Message"], "queues")
    sns.publish(TopicArn=made, MessageStructure="json", Message=json.dumps({"default": "all"}))
    equal(envelope(url)["Message"], "all")
    kind = sns.exceptions.InvalidParameterException
    raises(kind, sns.publish, TopicArn=made, MessageStructure="json", Message='{"sqs": "no default"}')


def large():
    made = topic("large")
    url, _ = subscribed(made, "large", RawMessageDelivery="true")
    body = "w" * (256 * KIB)
    sns.publish(TopicArn=made, Message=body)
    equal(len(one(url)["Body"]), len(body))
    raises(sns.exceptions.InvalidParameterException, sns.publish, TopicArn=made, Message=body + "w")
    sns.set_topic_attributes(TopicArn=made, AttributeName="MaximumMessageSize", AttributeValue=str(1024 * KIB))
    sns.publish(TopicArn=made, Message=body * 4)
    equal(len(one(url)["Body"]), 4 * len(body))


def deadletter():
    made = topic("deadletter")
    dead = queue("deadletter-dead")
    welcome(dead, made)
    closed = queue("deadletter-closed")  # without a policy that lets the topic in
    redrive = json.dumps({"deadLetterTargetArn": arn_of(dead)})
    sns.subscribe(TopicArn=made, Protocol="sqs", Endpoint=arn_of(closed), Attributes={"RedrivePolicy": redrive})
    sns.publish(TopicArn=made, Message="undelivered")
    equal(envelope(dead)["Message"], "undelivered")
    equal(receive(closed), [])


def permissions():
    made = topic("permissions")
    grant = {"TopicArn": made, "Label": "readers", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"]}
    sns.add_permission(**grant)
    raises(sns.exceptions.InvalidParameterException, sns.add_permission, **grant)
    policy = json.loads(sns.get_topic_attributes(TopicArn=made)["Attributes"]["Policy"])
    assert "readers" in [statement["Sid"] for statement in policy["Statement"]], policy
    sns.remove_permission(TopicArn=made, Label="readers")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": made}
    refusal = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    sns.set_topic_attributes(TopicArn=made, AttributeName="Policy", AttributeValue=refusal)
    raises(sns.exceptions.AuthorizationErrorException, sns.publish, TopicArn=made, Message="x")


def subscriptions():
    made = topic("subscriptions")
    url, subscription = subscribed(made, "subscriptions")
    found = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    wanted = {"TopicArn": made, "Protocol": "sqs", "Endpoint": arn_of(url), "PendingConfirmation": "false"}
    equal({name: found[name] for name in wanted}, wanted)
    mine = {"SubscriptionArn": subscription, "Owner": account(), "Protocol": "sqs", "Endpoint": arn_of(url)}
    mine["TopicArn"] = made
    equal(sns.list_subscriptions_by_topic(TopicArn=made)["Subscriptions"], [mine])
    pages = sns.get_paginator("list_subscriptions").paginate()
    assert mine in [each for page in pages for each in page["Subscriptions"]]
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.unsubscribe(SubscriptionArn=subscription)
    kind = sns.exceptions.NotFoundException
    raises(kind, sns.get_subscription_attributes, SubscriptionArn=subscription)
    equal(sns.list_subscriptions_by_topic(TopicArn=made)["Subscriptions"], [])


def http():
    made, sink = topic("http"), Sink()
    pending = sns.subscribe(TopicArn=made, Protocol="http", Endpoint=f"{sink.url}/news")
    equal(pending["SubscriptionArn"], "pending confirmation")
    asked = sink.next("SubscriptionConfirmation")
    equal((asked.path, asked.headers["content-type"]), ("/news", "text/plain; charset=UTF-8"))
    answer = sns.confirm_subscription(TopicArn=made, Token=asked.envelope["Token"])
    subscription = answer["SubscriptionArn"]
    sent = sns.publish(TopicArn=made, Message="hello", Subject="News")["MessageId"]
    came = sink.next("Notification")
    equal((came.envelope["MessageId"], came.envelope["Message"]), (sent, "hello"))
    equal(came.headers["x-amz-sns-message-id"], sent)
    equal(came.headers["x-amz-sns-topic-arn"], made)
    equal(came.headers["x-amz-sns-subscription-arn"], subscription)

    def set_attribute(name, value):
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)

    set_attribute("RawMessageDelivery", "true")
    set_attribute("DeliveryPolicy", json.dumps({"requestPolicy": {"headerContentType": "application/json"}}))
    sns.publish(TopicArn=made, Message='{"raw": true}')
    came = sink.next("Notification")
    equal((came.body, came.headers["x-amz-sns-rawdelivery"]), ('{"raw": true}', "true"))
    equal(came.headers["content-type"], "application/json")
    sns.unsubscribe(SubscriptionArn=subscription)
    farewell = sink.next("UnsubscribeConfirmation").envelope
    equal(sns.list_subscriptions_by_topic(TopicArn=made)["Subscriptions"], [])
    with urllib.request.urlopen(farewell["SubscribeURL"]) as answer:  # it was a mistake: come back
        assert subscription in answer.read().decode()
    sns.publish(TopicArn=made, Message="again")
    equal(sink.next("Notification").body, "again")
    sink.close()


def retries():
    made, sink = topic("retries"), Sink()
    dead = queue("retries-dead")
    welcome(dead, made)
    at_once = {"numRetries": 2, "numNoDelayRetries": 2, "minDelayTarget": 1, "maxDelayTarget": 1}
    settings = {
        "DeliveryPolicy": json.dumps({"healthyRetryPolicy": at_once}),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn_of(dead)}),
    }
    sns.subscribe(TopicArn=made, Protocol="http", Endpoint=sink.url, Attributes=settings)
    sns.confirm_subscription(TopicArn=made, Token=sink.next("SubscriptionConfirmation").envelope["Token"])
    sink.statuses = [500, 503]
    sns.publish(TopicArn=made, Message="third time lucky")
    equal([sink.next("Notification").envelope["Message"] for _ in range(3)], ["third time lucky"] * 3)
    sink.statuses = [500, 500, 500]
    sns.publish(TopicArn=made, Message="given up")
    equal([sink.next("Notification").envelope["Message"] for _ in range(3)], ["given up"] * 3)
    equal(envelope(dead)["Message"], "given up")
    equal(receive(dead), [])
    assert sink.deliveries.empty()
    sink.close()


def function():
    made = topic("function")
    endpoint = f"arn:aws:lambda:{os.environ['AWS_REGION']}:{account()}:function:keep"
    subscription = sns.subscribe(TopicArn=made, Protocol="lambda", Endpoint=endpoint)["SubscriptionArn"]
    sent = sns.publish(TopicArn=made, Message="hello", MessageAttributes={"kind": text("order")})["MessageId"]
    kept = Path(os.environ["WEIRMQ_KEPT"])

    def look():
        events = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
        return [event for event in events if event["Records"][0]["Sns"]["MessageId"] == sent]

    (record,) = eventually(look)[0]["Records"]
    equal((record["EventSource"], record["EventVersion"]), ("aws:sns", "1.0"))
    equal(record["EventSubscriptionArn"], subscription)
    equal((record["Sns"]["Message"], record["Sns"]["Subject"]), ("hello", None))
    equal(record["Sns"]["MessageAttributes"], {"kind": {"Type": "String", "Value": "order"}})


def mail():
    made, reader = topic("mail", DisplayName="River news"), f"{RUN}@example.com"
    sns.subscribe(TopicArn=made, Protocol="email", Endpoint=reader)
    with urllib.request.urlopen(link_in(mailed(reader, 1), "ConfirmSubscription")) as answer:
        assert f"{made}:" in answer.read().decode()
    sns.publish(TopicArn=made, Subject="Flood", Message="The water rises. 漢字")
    came = mailed(reader, 2)
    equal(came["Subject"], "Flood")
    assert "River news" in came["From"], came["From"]
    assert "The water rises. 漢字" in came.get_content()
    with urllib.request.urlopen(link_in(came, "Unsubscribe")) as answer:
        equal(answer.status, 200)
    equal(sns.list_subscriptions_by_topic(TopicArn=made)["Subscriptions"], [])


def sms():
    number = f"+49151{int(RUN, 16) % 10**7:07}"
    sns.set_sms_attributes(attributes={"DefaultSenderID": "River", "MonthlySpendLimit": "5"})
    equal(sns.get_sms_attributes(attributes=["DefaultSenderID"])["attributes"], {"DefaultSenderID": "River"})
    sns.publish(PhoneNumber=number, Message="The water rises.")
    came = texted(number)
    equal((came["text"], came["sender_id"]), ("The water rises.", "River"))
    equal(sns.check_if_phone_number_is_opted_out(phoneNumber=number)["isOptedOut"], False)
    equal(sns.list_phone_numbers_opted_out()["phoneNumbers"], [])
    sns.opt_in_phone_number(phoneNumber=number)
    equal(sns.list_origination_numbers()["PhoneNumbers"], [])
    raises(sns.exceptions.InvalidParameterException, sns.publish, PhoneNumber="river", Message="x")


def sandbox():
    first, second = (f"+49152{(int(RUN, 16) + n) % 10**7:07}" for n in range(2))
    equal(sns.get_sms_sandbox_account_status()["IsInSandbox"], False)
    for number in (first, second):
        sns.create_sms_sandbox_phone_number(PhoneNumber=number, LanguageCode="en-GB")
    password = re.search(r"\d{6}", texted(first)["text"])[0]
    wrong = f"{(int(password) + 1) % 10**6:06}"
    kind = sns.exceptions.VerificationException
    raises(kind, sns.verify_sms_sandbox_phone_number, PhoneNumber=first, OneTimePassword=wrong)
    sns.verify_sms_sandbox_phone_number(PhoneNumber=first, OneTimePassword=password)
    found = {each["PhoneNumber"]: each["Status"] for each in sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"]}
    equal(found, {first: "Verified", second: "Pending"})
    sns.delete_sms_sandbox_phone_number(PhoneNumber=second)
    kind = sns.exceptions.ResourceNotFoundException
    raises(kind, sns.delete_sms_sandbox_phone_number, PhoneNumber=second)


def devices():
    wanted = {"PlatformCredential": "an-api-key", "EventEndpointCreated": topic("devices")}
    application = sns.create_platform_application(Name=f"{RUN}-app", Platform="GCM", Attributes=wanted)
    application = application["PlatformApplicationArn"]
    changed = {"EventEndpointCreated": ""}
    sns.set_platform_application_attributes(PlatformApplicationArn=application, Attributes=changed)
    found = sns.get_platform_application_attributes(PlatformApplicationArn=application)["Attributes"]
    equal((found["Enabled"], "PlatformCredential" in found), ("true", False))
    listed = sns.list_platform_applications()["PlatformApplications"]
    assert application in [each["PlatformApplicationArn"] for each in listed]
    phone = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t-1", CustomUserData="ann")
    phone = phone["EndpointArn"]
    equal(sns.get_endpoint_attributes(EndpointArn=phone)["Attributes"]["CustomUserData"], "ann")
    sns.set_endpoint_attributes(EndpointArn=phone, Attributes={"Enabled": "false"})
    raises(sns.exceptions.EndpointDisabledException, sns.publish, TargetArn=phone, Message="x")
    listed = sns.list_endpoints_by_platform_application(PlatformApplicationArn=application)["Endpoints"]
    equal([each["EndpointArn"] for each in listed], [phone])
    sns.delete_endpoint(EndpointArn=phone)
    raises(sns.exceptions.NotFoundException, sns.get_endpoint_attributes, EndpointArn=phone)
    sns.delete_platform_application(PlatformApplicationArn=application)


def protection():
    made = topic("protection")
    url, _ = subscribed(made, "protection", RawMessageDelivery="true")
    card = "arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"
    mail_address = "arn:aws:dataprotection::aws:data-identifier/EmailAddress"
    common = {"DataDirection": "Inbound", "Principal": ["*"]}
    mask = {"Deidentify": {"MaskConfig": {"MaskWithCharacter": "#"}}}
    statements = [
        {"Sid": "cards", "DataIdentifier": [card], "Operation": {"Deny": {}}, **common},
        {"Sid": "mails", "DataIdentifier": [mail_address], "Operation": mask, **common},
    ]
    policy = {"Name": "p", "Version": "2021-06-01", "Statement": statements}
    sns.put_data_protection_policy(ResourceArn=made, DataProtectionPolicy=json.dumps(policy))
    kept = sns.get_data_protection_policy(ResourceArn=made)["DataProtectionPolicy"]
    equal(json.loads(kept)["Statement"][0]["Sid"], "cards")
    kind = sns.exceptions.AuthorizationErrorException
    raises(kind, sns.publish, TopicArn=made, Message="card number 4111 1111 1111 1111")
    sns.publish(TopicArn=made, Message="write to ann@example.com today")
    equal(bodies(url), ["write to ############### today"])


def operations():
    equal(set(sns.meta.service_model.operation_names) - heard.names, set())


STEPS = [
    topics, tags, fanout, filters, batch, fifo, replay, structure, large, deadletter, permissions, subscriptions, http,
    retries, function, mail, sms, sandbox, devices, protection, operations,
]  # fmt: skip


def refused():
    error = raises(ClientError, sns.list_topics)
    equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 403)
    print("refused", error.response["Error"]["Code"])


def main():
    failures = 0
    for step in STEPS:
        try:
            step()
            print("ok", step.__name__)
        except Exception:  # noqa: BLE001 - the other steps are taken all the same
            failures += 1
            print("FAILED", step.__name__)
            traceback.print_exc()
    sns.close()
    sqs.close()
    os._exit(1) if failures else sys.exit(0)  # a sink of a step that failed would keep the process


if __name__ == "__main__":
    refused() if sys.argv[1:] == ["refused"] else main()
