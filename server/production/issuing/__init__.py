"""The way of material to a batch and back: what it needs, what it is given, issued, what comes back."""
