"""Test results of lots and batches, judged against their limits."""
