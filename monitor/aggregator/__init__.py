"""Rows put in order, committed, kept as live views and published."""
