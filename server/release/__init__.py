"""Review by exception, the gates of a release, and the signed disposition of a batch."""
