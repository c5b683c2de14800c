"""Forms: what is asked, as a definition that a plant makes itself, and what follows from what is filled in."""
