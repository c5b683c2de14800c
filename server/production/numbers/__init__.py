"""Numbers of batches: by the plant's rule, each once."""
