"""What is kept, and is it whole?"""
