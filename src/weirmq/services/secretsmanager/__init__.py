"""Secrets: the part of AWS Secrets Manager that Amazon MSK keeps its SCRAM credentials in."""

from weirmq.services.secretsmanager.service import Secrets

SERVICE = Secrets

__all__ = ["SERVICE"]
