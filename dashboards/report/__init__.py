"""The report of a run: one page that needs nothing but itself, made from the run's file."""
