"""Durable sequences of records, read by offset. On disk they are Kafka record batches, version 2."""
