"""Statistics of what flows: one file each, with a state that can be split over workers and merged in any order.

A new statistic is a file that declares itself in ``STATISTICS``; the laws in the tests then hold it to account.
"""

from monitor.running.accumulator import Accumulator
from monitor.running.merging import empty, merge, merge_all, merge_sums, state_of, state_of_chosen, value
from monitor.running.split import joined, split_name

__all__ = [
    "Accumulator",
    "empty",
    "joined",
    "merge",
    "merge_all",
    "merge_sums",
    "split_name",
    "state_of",
    "state_of_chosen",
    "value",
]
