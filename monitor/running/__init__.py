"""Statistics with add, merge and value, one per file."""
