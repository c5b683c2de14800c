"""Inspections: which containers of a lot are sampled by which plan, the samples, and in whose hands each was."""
