"""Queues on streams: records handed out one by one, until each is acknowledged."""
