"""Filled forms: a record is a unit of work that people fill in on tablets and desks, value by value, each signed."""
