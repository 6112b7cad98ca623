"""Who gets which batch, and what is not yet safe: credits, leases, commit groups, pipeline versions. Pure; time comes in."""
