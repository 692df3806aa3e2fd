"""Metrics, one file per metric: the suite's definitions of realistic, varied, original and useful."""
