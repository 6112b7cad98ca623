"""Proof by destruction: a service whose processes are killed at random moments must write what an undisturbed one writes."""
