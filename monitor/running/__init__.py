"""Statistics of what flows: one file each, with a state that can be split over workers and merged in any order.

A new statistic is a file that declares itself in ``STATISTICS``; the laws in the tests then hold it to account.
"""

from monitor.running.accumulator import Accumulator
from monitor.running.merging import empty, merge, merge_sums, state_of, value

__all__ = ["Accumulator", "empty", "merge", "merge_sums", "state_of", "value"]
