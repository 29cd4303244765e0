"""Bytes to typed values and back. No socket, no clock, no await."""
