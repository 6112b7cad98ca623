"""One file per shape that can be fitted to a curve."""
