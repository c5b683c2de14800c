"""What every container holds, where it stands, and until when it may be used: one ledger, heard from all rooms."""
