"""Batches of XTC2 to columns: every detector by its blocks of names, known ones by a file in ``detectors``."""
