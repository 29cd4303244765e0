"""Amazon MSK's control plane: clusters, their settings and what hangs on them, as the AWS API `kafka` has it."""
