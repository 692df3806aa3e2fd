"""Strokes: do the images have the ink, edges and parts of drawn strokes."""
