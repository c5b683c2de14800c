"""The labelled containers of a lot: received, given to batches, used."""
