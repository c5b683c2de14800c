"""Dispensing line by line: how much of a lot is what is asked for, and what each portion of it is worth."""
