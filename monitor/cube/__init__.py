"""The second stage: selections of events, delays, and sums in bins, from the columns of a small-data file. Pure numpy."""
