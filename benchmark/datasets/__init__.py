"""Where real images come from: one file per source."""
