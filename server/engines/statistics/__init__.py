"""Statistics of a process: exact means and deviations, control charts and their rules; the same on a tablet."""
