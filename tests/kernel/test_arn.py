"""ARNs."""

import pytest

from weirmq.kernel import arn


def test_an_arn_is_taken_apart_and_put_together() -> None:
    text = "arn:aws-cn:sns:cn-north-1:123456789012:topic:with:colons"
    parsed = arn.parse(text)
    assert parsed == arn.Arn("aws-cn", "sns", "cn-north-1", "123456789012", "topic:with:colons")
    assert str(parsed) == text


@pytest.mark.parametrize(
    "text", ["", "arn", "arn:aws:sqs:us-east-1:1", "x:aws:sqs:r:a:n", "arn::sqs:r:a:n", "arn:aws:sqs:r:a:"]
)
def test_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ARN"):
        arn.parse(text)


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_region_has_a_partition(region: str, partition: str) -> None:
    assert arn.build("sqs", region, "123456789012", "q") == f"arn:{partition}:sqs:{region}:123456789012:q"
