"""What is wrong with a policy document, and where."""


class PolicyError(ValueError):
    """A policy document that can't be used. `place` names the member (`Statement[0].Effect`), `reason` says why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place = place
        self.reason = reason
