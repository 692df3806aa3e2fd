"""What came out of a run, and the files that are written from it."""
