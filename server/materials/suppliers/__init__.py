"""Suppliers: who may deliver what, by whose decision, on which evidence, until when."""
