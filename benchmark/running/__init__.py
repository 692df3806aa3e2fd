"""In which order things run, and what is left to do."""
