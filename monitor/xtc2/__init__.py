"""LCLS-II bytes to the same model."""
