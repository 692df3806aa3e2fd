"""Real and synthetic images: reading them, checking their values, and assigning them to roles."""
