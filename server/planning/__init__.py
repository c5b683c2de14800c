"""Planning: what is needed until when, and on which line it is made (PRD-01)."""
