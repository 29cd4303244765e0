"""Every documented number of PutMetricData, and how much is kept of it.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html and API_MetricDatum.html
"""

from typing import Final

from weirmq.kernel.clock import DAY_MS, HOUR_MS

DATA: Final = 1_000  # of one request
VALUES: Final = 150  # of one datum
LARGEST: Final = 2.0**360  # of a value, either way
PAST_MS: Final = 14 * DAY_MS
FUTURE_MS: Final = 2 * HOUR_MS
RESOLUTIONS_S: Final = (1, 60)
SERIES: Final = 2_000  # kept; a limit of ours: each is some lines of /metrics
