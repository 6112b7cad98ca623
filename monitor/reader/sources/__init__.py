"""Where bytes come from, one kind per file."""
