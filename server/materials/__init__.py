"""Materials and their lots: what a batch is made from, and which status each lot has."""
