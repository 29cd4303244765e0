"""The one error of the room."""


class Malformed(ValueError):  # noqa: N818 - says what the bytes are
    """A message that the mechanism doesn't allow. Says what is wrong, and nothing of what was sent."""
