"""`python -m weirmq` is `weirmq`."""

from weirmq.cli import main

main()
