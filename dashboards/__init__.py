"""From rows to pixels on a screen: one feed that writes, many browser sessions that read snapshots."""
