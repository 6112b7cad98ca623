"""Writes a legal run of LCLS-II with known truth: several streams at two rates, point detectors, digitizers, pixel detectors."""
