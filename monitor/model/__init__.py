"""What flows between the parts: fields, batches, rows, sums and the state of the run.

Knows numpy and nothing else; every other package speaks in these words.
"""
