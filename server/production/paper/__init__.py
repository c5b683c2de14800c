"""Work of a batch that was done on paper while everything was down, and typed in afterwards as such (PRD-14)."""
