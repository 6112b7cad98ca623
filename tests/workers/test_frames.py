"""An area detector at work: what its chain tells is recorded beside what its features give."""

import numpy as np
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # loads all families
from monitor.settings import Detector
from tests.support.area_payloads import payloads_of
from workers.chain import Corrected
from workers.detectors.area import Layout, one_block, stacked_arrangement
from workers.frames import AreaDetector
from workers.trouble import Trouble

SHAPE = (2, 2, 2)


class TellingChain:
    """Takes 1 off the first panel and 2 off the second, and nothing off what is absent."""

    unit, good = "ADU", np.ones(SHAPE, bool)

    def corrected(self, offsets: NDArray[np.int64], places: NDArray[np.int64], buffers: list[NDArray[np.uint8]]) -> Corrected:
        told = np.tile(np.float32([1, 2]), (len(offsets), 1))
        return Corrected(np.zeros((len(offsets), *SHAPE), np.float32), {"cmValues": told})


def test_what_the_common_mode_took_off_is_a_column_of_the_environment() -> None:
    layout = Layout(
        shape=SHAPE,
        like=np.empty(0, "<u2"),
        panels=lambda payloads: one_block(payloads, 0, 2, 8),
        arrangement=lambda: stacked_arrangement(*SHAPE),
    )
    trouble = Trouble()
    detector = AreaDetector(Detector(name="det"), layout, TellingChain(), {}, trouble)  # type: ignore[arg-type]  # a twin
    payloads = payloads_of([np.zeros(size, np.uint8) for size in (16, 15, 16)], count=4)
    frames = detector.frames(payloads, trouble)
    (column,) = detector.columns(frames, {}, 4, trouble)
    assert column.field.name == "det_env/cmValues"
    assert column.mask.tolist() == [True, False, True, False]
    assert column.values[[0, 2]].tolist() == [[1, 2], [1, 2]]
    assert trouble.counts == {"det: frame of the wrong size": 1}
