"""Legal runs with known truth."""
