"""Generators and controls, one file per method."""
