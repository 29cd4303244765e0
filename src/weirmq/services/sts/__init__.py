"""AWS Security Token Service: who am I?"""

from weirmq.services.sts.service import Sts

SERVICE = Sts

__all__ = ["SERVICE"]
