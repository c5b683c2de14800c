"""In-process controls: checks that are due by a schedule, and the control charts of what they found (PRD-09)."""
