"""Procedures and qualifications: what must be read or trained, who holds it until when, which work needs it."""
