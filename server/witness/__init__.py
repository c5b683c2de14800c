"""QA's own machine: keeps a full copy of the log, checks every rule anew, and only then cosigns a checkpoint."""
