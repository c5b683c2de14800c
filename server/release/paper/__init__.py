"""The batch record on paper for when everything is down: empty, and each copy issued by name (China GMP 173)."""
