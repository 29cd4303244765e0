"""Measures WeirMQ and its peers side by side; `script/bench` runs it."""
