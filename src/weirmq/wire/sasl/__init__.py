"""SASL mechanisms as clients send them (RFC 4422): bytes to values and back. Who is let in is the services' affair."""
