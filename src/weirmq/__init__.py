"""WeirMQ: the AWS messaging services, self-hosted."""

__version__ = "0.1.0"
