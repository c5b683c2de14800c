"""The rooms that are worked in: what sensors read of their air, and the limits that QA has set for it (ENV)."""
