"""What does a metric see of a cell?"""
