"""State machines over a log: what makes every service durable, ordered and replayable."""
