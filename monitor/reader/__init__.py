"""From bytes to batches: sources, event building, dispatch against credits, and the thin loop around them."""
