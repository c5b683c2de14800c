"""Alarms of equipment: raised by whoever works with a piece or by the piece itself, cleared by who keeps it."""
