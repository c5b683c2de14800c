"""Lines, and when which batch is made on them (PRD-01)."""
