"""AWS Security Token Service: who am I?"""

from weirmq.services.sts.api import Sts

SERVICE = Sts

__all__ = ["SERVICE"]
