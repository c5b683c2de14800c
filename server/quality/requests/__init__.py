"""Samples of batches: the floor asks for them, the laboratory draws them or says why not."""
