"""Set-ups of other tools, read without being executed, as settings of ours."""
