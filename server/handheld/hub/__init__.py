"""The hub of `/sync`: numbered changes of shared documents, entries handed to the log, receipts on their way back."""
