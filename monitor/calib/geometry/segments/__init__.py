"""One kind of sensor per file; found by its name in a geometry file."""
