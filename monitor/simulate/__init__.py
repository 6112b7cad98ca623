"""Writes legal runs with known truth: a scenario decides what is true, devices turn it into payloads, a writer into files.

``simulate(scenario, directory)`` in ``run.py`` does it all.
"""
