"""What is kept of a run, and whether it is intact."""
