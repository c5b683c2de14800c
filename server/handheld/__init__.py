"""Handhelds and the bridge: what they take along, what they send, and what is kept of input that nobody can read."""
