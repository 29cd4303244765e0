"""The errors of PutMetricData.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from weirmq.kernel.errors import ServiceError


def missing(parameter: str) -> ServiceError:
    """A parameter that must be there."""
    return ServiceError("MissingRequiredParameterException", f"The parameter {parameter} is required.")


def invalid(value: object, parameter: str, reason: str = "") -> ServiceError:
    """A value that can't be."""
    words = f" {reason}" if reason else ""
    return ServiceError(
        "InvalidParameterValueException", f"The value {value} for parameter {parameter} is invalid.{words}"
    )


def too_many(parameter: str, most: int) -> ServiceError:
    """A list that is too long."""
    return ServiceError(
        "InvalidParameterValueException", f"The collection {parameter} must not have a size greater than {most}."
    )


def both(first: str, second: str) -> ServiceError:
    """Two parameters that exclude each other."""
    return ServiceError(
        "InvalidParameterCombinationException",
        f"The parameters {first} and {second} are mutually exclusive and you have specified both.",
    )


def unequal(first: str, second: str) -> ServiceError:
    """Two lists that belong together and are of different lengths."""
    return ServiceError("InvalidParameterValueException", f"The parameters {first} and {second} must be of equal size.")


def no_such_operation(name: str) -> ServiceError:
    """An operation of CloudWatch that isn't there."""
    return ServiceError(
        "UnsupportedOperation",
        f"{name} is not there: metrics are taken and shown at /metrics, and CloudWatch is no part of this server.",
        status=501,
    )
