"""Calibration constants: where they are kept, which ones hold for a run, how they are read."""
