"""Test results of lots and batches, judged against their limits; deviations, from opening to conclusion."""
