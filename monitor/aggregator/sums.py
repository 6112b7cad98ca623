"""Sums of workers put together; what cannot be put together costs that statistic and nothing else, and is named."""

from monitor.aggregator.trouble import Trouble
from monitor.errors import ConfigError
from monitor.model.sums import Sums, SumState
from monitor.running import merge


class SumMerger:
    """Merges sums by name, where a statistic of another shape or kind must not take the others with it.

    Parameters
    ----------
    trouble
        Where it is said how many events are missing in which statistic.
    """

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble

    def __call__(self, a: Sums, b: Sums) -> Sums:
        """Sums over the events of both, as a new mapping; no array is changed."""
        merged = dict(a)
        for name, state in b.items():
            merged[name] = self._merged(name, merged[name], state) if name in merged else state
        return merged

    def _merged(self, name: str, a: SumState, b: SumState) -> SumState:
        """Both states as one; the first alone if they do not fit together."""
        try:
            return merge(a, b)
        except (ValueError, KeyError, ConfigError) as error:
            self._trouble.add(f"events left out of the sum {name}: {error}", b.count)
            return a
