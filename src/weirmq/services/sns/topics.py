"""Operations on topics themselves.

Source: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sns import errors, facts, listing, protection, protocols, tags, topic_attributes
from weirmq.services.sns.limits import TOPIC_NAME_LETTERS
from weirmq.services.sns.model import Topic
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_NAME: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{TOPIC_NAME_LETTERS}}}")
_FIFO_SUFFIX: Final = ".fifo"


def create_topic(service: Sns, call: Call, request: types.CreateTopicInput) -> types.CreateTopicResponse:
    """A new topic, or the one that is there already, if it has the attributes and tags given.

    Raises InvalidParameter, TopicLimitExceeded, TagLimitExceeded.
    """
    machine, account, name, given = service.machine, call.caller.account, request.Name, request.Attributes or {}
    own_arn = arn.build("sns", call.region, account, name)
    authorize(call, "sns:CreateTopic", own_arn)
    is_fifo = given.get("FifoTopic", "").lower() == "true"
    _check_name(name, is_fifo=is_fifo)
    given_tags = tags.of(request.Tags or [])
    topic = machine.topics_by_arn.get(own_arn)
    checked = topic_attributes.check_new(given, is_fifo=is_fifo)
    protection.check_new(request.DataProtectionPolicy or "", is_fifo=is_fifo)
    if topic is not None:
        if not topic_attributes.is_like(topic, checked):
            raise errors.bad_parameter("Attributes", "Topic already exists with different attributes")
        if not given_tags.items() <= topic.tags.items():
            raise errors.bad_parameter("Tags", "Topic already exists with different tags")
    else:
        service.make_key(call.now_ms)
        _check_quota(service, machine.topics_of(account, call.region).values(), is_fifo=is_fifo)
        tags.check({}, given_tags)
        number = machine.next_topic
        found: list[Fact] = [facts.TopicCreated(number, account, call.region, name, checked, given_tags)]
        if request.DataProtectionPolicy:
            found.append(facts.DataProtectionPolicySet(number, request.DataProtectionPolicy))
        service.commit(found, call.now_ms)
    return types.CreateTopicResponse(TopicArn=own_arn)


def _check_quota(service: Sns, topics: Collection[Topic], *, is_fifo: bool) -> None:
    """Standard and FIFO topics are counted each by themselves."""
    most = service.quotas.fifo_topics if is_fifo else service.quotas.topics
    if len(topics) >= most and sum(each.settings.is_fifo == is_fifo for each in topics) >= most:
        raise errors.too_many_topics()


def _check_name(name: str, *, is_fifo: bool) -> None:
    stem = name.removesuffix(_FIFO_SUFFIX) if is_fifo else name
    if (is_fifo and stem == name) or not _NAME.fullmatch(stem) or len(name) > TOPIC_NAME_LETTERS:
        raise errors.bad_parameter("Topic Name")


def delete_topic(service: Sns, call: Call, request: types.DeleteTopicInput) -> None:
    """Delete a topic with its subscriptions. One that is gone already is not missed. Raises InvalidState."""
    if _is_free(service, call, request.TopicArn):
        authorize(call, "sns:DeleteTopic", request.TopicArn)
        return
    topic = service.find(call, request.TopicArn, "sns:DeleteTopic")
    if topic.settings.archive_days:
        raise errors.archive_is_active()
    service.commit([facts.TopicDeleted(topic.number)], call.now_ms)
    service.counts.forget(topic.arn, protocols.ALL)


def _is_free(service: Sns, call: Call, topic_arn: str) -> bool:
    """Whether a topic could have this ARN and none has."""
    try:
        parsed = arn.parse(topic_arn)
    except ValueError:
        return False
    return parsed.service == "sns" and parsed.region == call.region and topic_arn not in service.machine.topics_by_arn


def get_topic_attributes(
    service: Sns, call: Call, request: types.GetTopicAttributesInput
) -> types.GetTopicAttributesResponse:
    """All attributes of a topic."""
    topic = service.find(call, request.TopicArn, "sns:GetTopicAttributes")
    found = topic_attributes.shown(topic)
    if topic.settings.archive_days:
        begins = datetime.fromtimestamp(service.archives.begins_ms(topic, call.now_ms) // SECOND_MS, UTC)
        found["BeginningArchiveTime"] = begins.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return types.GetTopicAttributesResponse(Attributes=found)


def set_topic_attributes(service: Sns, call: Call, request: types.SetTopicAttributesInput) -> None:
    """Change one attribute; it acts at once. Without a value it goes back to what it was at first."""
    topic = service.find(call, request.TopicArn, "sns:SetTopicAttributes")
    after = topic_attributes.check_change(topic, request.AttributeName, request.AttributeValue or "")
    service.commit([facts.TopicAttributesSet(topic.number, after)], call.now_ms)


def list_topics(service: Sns, call: Call, request: types.ListTopicsInput) -> types.ListTopicsResponse:
    """The caller's topics in the region, the oldest first."""
    authorize(call, "sns:ListTopics", "*")
    topics = service.machine.topics_of(call.caller.account, call.region)
    found = listing.page(topics, request.NextToken)
    return types.ListTopicsResponse(
        Topics=[types.Topic(TopicArn=topics[number].arn) for number in found.numbers], NextToken=found.next_token
    )
