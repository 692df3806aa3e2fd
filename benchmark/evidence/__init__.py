"""What a metric gets to see of a cell, and how it is computed."""
