"""Drivers: bytes in, readings out. They know no transport, no clock and no network."""
