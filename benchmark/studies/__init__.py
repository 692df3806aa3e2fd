"""Published studies as data, one file each; found by scanning this folder."""
