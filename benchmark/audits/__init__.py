"""Checks of the suite itself: the installation, the metrics, and published studies."""
