"""Which plugins there are, and how they are found, checked, configured and selected."""
