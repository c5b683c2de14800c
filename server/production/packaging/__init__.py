"""Printed materials of a batch: what became of each, and what is printed on them (PRD-11)."""
