"""Lease tables: the part of Amazon DynamoDB that the Kinesis Client Library needs."""

from weirmq.services.dynamodb.service import LeaseTables

SERVICE = LeaseTables

__all__ = ["SERVICE"]
