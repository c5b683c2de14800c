"""Yields and balances of a batch, stage by stage: calculated on the tablet and again by the server (PRD-10)."""
