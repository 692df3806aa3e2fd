"""In which order, and what is left?"""
