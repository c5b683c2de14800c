"""What an archive holds beside the records: how to read it, and the check that runs without this system."""
