"""The Kafka ports: sockets, frames, answers in their order."""
