"""Generators and controls: one file a method."""
