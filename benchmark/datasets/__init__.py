"""Where real images come from: one file a source."""
