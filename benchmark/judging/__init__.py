"""What the numbers mean: aspects, calibration, comparisons and intervals."""
