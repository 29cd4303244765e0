"""The service, which keeps no state."""

from collections.abc import Callable, Collection, Mapping

from weirmq.engine.service import Operation

AccountOf = Callable[[str], str | None]
"""The account that an access key belongs to; None for a key that the server doesn't take."""


class Sts:
    """The service. It keeps no state: whom access keys belong to is the configuration's matter."""

    name = "sts"
    unsigned: Collection[str] = ()

    def __init__(self, account_of: AccountOf) -> None:
        self.account_of = account_of

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the model, those that are refused included. (Their modules name this class, so they are
        imported when it stands.)
        """
        from weirmq.services.sts.api import OPERATIONS

        return OPERATIONS
