"""Spaces in which distances are taken: one file a space."""
