"""Every documented number of Secrets Manager that is kept to here; the model has more.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
"""

from typing import Final

from weirmq.kernel.clock import DAY_MS

SECRETS: Final = 500_000  # of an account in a region
VALUE_BYTES: Final = 65_536
VERSIONS: Final = 100  # of a secret
STAGES: Final = 20  # of a version
TAGS: Final = 50
LISTED: Final = 100
RECOVERY_DAYS: Final = (7, 30)  # the range of a recovery window; the last is its default as well
ACCESS_MS: Final = DAY_MS  # LastAccessedDate tells the day
SUFFIX_LETTERS: Final = 6  # of an ARN, behind the name
