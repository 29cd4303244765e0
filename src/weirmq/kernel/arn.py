"""Amazon Resource Names: `arn:partition:service:region:account:resource`.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from typing import NamedTuple

_PARTS = 6


class Arn(NamedTuple):
    """One ARN, taken apart. `resource` is everything after the fifth colon."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))


def parse(text: str) -> Arn:
    """Take `text` apart. Raises ValueError where it isn't an ARN."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
        raise ValueError(f"{text!r} is not an ARN of the form arn:partition:service:region:account:resource")
    return Arn(*parts[1:])


def partition_of(region: str) -> str:
    """The partition that a region belongs to: `aws`, `aws-cn`, `aws-us-gov`, ..."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


def build(service: str, region: str, account: str, resource: str) -> str:
    """The ARN of a resource, in its region's partition."""
    return f"arn:{partition_of(region)}:{service}:{region}:{account}:{resource}"
