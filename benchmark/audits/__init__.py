"""Can it be trusted?"""
