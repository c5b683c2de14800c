"""What the rooms were like in which the phases of a batch ran (21 CFR 211.188, China GMP 2010, 175; PRD-06, ENV-03)."""
