"""What has to be done, and under which keys."""
