"""Answers what clients ask, takes what they give, and passes on what they want changed: in a thread of its own, on a socket of
its own, so that no request ever waits for rows or makes them wait.
"""
