"""The protocol of Apache Kafka: bytes to typed messages and back."""
