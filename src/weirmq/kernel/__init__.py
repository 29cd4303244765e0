"""What at least two rooms need: clock, ids, ARNs, errors, deadlines. Imports nothing of ours."""
