"""Deviations of batches on their way through QA: opened by hand, listed, shown with their entries, closed."""
