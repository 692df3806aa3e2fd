"""What do the pictures look like?"""
