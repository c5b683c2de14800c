"""Batches that come of batches: split, merged, reworked, with what each was made of (PRD-14)."""
