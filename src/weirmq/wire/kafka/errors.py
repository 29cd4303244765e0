"""What is wrong with bytes that should be a message."""


class Malformed(Exception):  # noqa: N818 - says what is so
    """The bytes are no message of that API and version."""
