"""One file per detector type: what its fields give beside themselves, and how long its arrays are."""
