"""Batches: orders, what people and devices record of them, and the genealogy."""
