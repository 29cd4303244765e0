"""Links in messages: whoever follows one has no key, on a server that lets in nobody without."""

import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from weirmq.server.config import User
from weirmq.testing import Server

USER = User(name="root", account="111122223333", access_key="AKIAEXAMPLE", secret="hush")


def follow(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - ours
        return str(answer.read().decode())


def client(server: Server, service: str) -> Any:
    keys = {"aws_access_key_id": USER.access_key, "aws_secret_access_key": USER.secret}
    return server.client(service, region_name="eu-west-1", **keys)


def mail_about(server: Server, subject: str) -> str:
    """The first mail with this subject, its line ends taken back."""
    for _ in range(1_000):
        for path in server.outbox.glob("*.eml"):
            text = path.read_text().replace("=\n", "").replace("=3D", "=")
            if subject in text:
                return text
        server.clock.advance(milliseconds=1)  # the server's thread gets its turn meanwhile
        follow(f"{server.endpoint_url}/health")
    raise AssertionError(f"no mail about {subject}")


def link(text: str, action: str) -> str:
    found = re.search(rf"http://\S+Action={action}\S+", text)
    assert found is not None
    return found[0]


def test_a_link_in_a_mail_needs_no_key_and_no_region() -> None:
    with Server(users=(USER,)) as server:
        sns = client(server, "sns")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="bob@example.com")
        follow(link(mail_about(server, "Subscription Confirmation"), "ConfirmSubscription"))
        (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert subscription["SubscriptionArn"].startswith(topic)
        sns.publish(TopicArn=topic, Message="hello", Subject="news of today")
        follow(link(mail_about(server, "news of today"), "Unsubscribe"))
        assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_links_begin_with_the_address_that_the_operator_names() -> None:
    with Server(public_url="https://sns.example.com") as server:
        sns = server.client("sns")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="bob@example.com")
        mail = mail_about(server, "Subscription Confirmation")
        assert "https://sns.example.com/?Action=ConfirmSubscription&" in mail


def test_nothing_else_goes_without_a_key() -> None:
    with Server(users=(USER,)) as server:
        client(server, "sns").create_topic(Name="orders")
        for action in ("ListTopics", "Publish", "DeleteTopic"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                follow(f"{server.endpoint_url}/?Action={action}&Version=2010-03-31")
            assert refused.value.code == 403
            assert "MissingAuthenticationToken" in refused.value.read().decode()


def test_quotas_are_the_operators_to_raise() -> None:
    with Server(sns_quotas={"topics": 1}) as server:
        sns = server.client("sns")
        sns.create_topic(Name="one")
        with pytest.raises(sns.exceptions.TopicLimitExceededException):
            sns.create_topic(Name="two")
    with pytest.raises(Exception, match=r"elephants is no quota"), Server(sns_quotas={"elephants": 1}):
        pass
