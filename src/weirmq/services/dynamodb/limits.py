"""Every documented number of DynamoDB that lease tables keep to.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from typing import Final

from weirmq.kernel.clock import MINUTE_MS

TABLES: Final = 2_500  # of an account in a region
LISTED: Final = 100
ITEM_BYTES: Final = 400 * 1_024
KEY_BYTES: Final = 2_048  # of a partition key
RANGE_BYTES: Final = 1_024  # of a sort key, which only an index has here
PAGE_BYTES: Final = 1_048_576  # of items looked at by one Query or Scan
DEPTH: Final = 32  # of lists and maps in each other
DIGITS: Final = 38  # of a number
EXPONENTS: Final = (-130, 125)  # of a number's first digit
NUMBER_LETTERS: Final = 1_000  # of a number as it is written; a limit of ours
EXPRESSION_BYTES: Final = 4_096
EXPRESSION_DEPTH: Final = 100  # of parentheses and NOTs; a limit of ours
TRANSACTION_ITEMS: Final = 100
TRANSACTION_BYTES: Final = 4 * 1_048_576
TOKEN_MS: Final = 10 * MINUTE_MS  # how long a transaction's ClientRequestToken is remembered
TAGS: Final = 50
