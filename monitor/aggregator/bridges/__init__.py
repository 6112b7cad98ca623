"""The reduced stream in other tools' wire formats, one per file."""
