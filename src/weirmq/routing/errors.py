"""What is wrong with a pattern.

ValueError
└── PatternError        `str()` is the whole text, as AWS words it, with the place if AWS tells one
    └── NestedPolicy    a filter policy on attributes with an object in it, which AWS words without "FilterPolicy: "
"""


class PatternError(ValueError):
    """A pattern that is refused.

    `message` is AWS's whole text, the `\\n at [Source: (String)"..."; line: 1, column: 9]` at its end included.
    `line` and `column` count from 1 and are None where AWS names no place (limits, malformed CIDR blocks).
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class NestedPolicy(PatternError):  # noqa: N818 - says what the policy is
    """The policy is fine for the body of a message, but its scope is the attributes."""
