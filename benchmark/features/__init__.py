"""Spaces in which distances are measured: one file per space."""
