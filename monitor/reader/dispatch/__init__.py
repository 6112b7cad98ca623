"""Batches against credits: queue, leases, epochs. Pure."""
