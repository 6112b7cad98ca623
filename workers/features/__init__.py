"""One file per feature: frames in, fields out."""
