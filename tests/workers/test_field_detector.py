"""Features on a field of the rows."""

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.settings import Detector
from tests.support.features import settings
from workers.field_detector import FieldDetector
from workers.trouble import Trouble

TRACES = np.arange(3 * 8, dtype=np.float64).reshape(3, 8)
WAVEFORM = Field(name="acq/waveform", dtype=np.dtype(np.float64), shape=(8,), unit="V")


def test_a_region_of_a_waveform_is_summed_where_there_is_one() -> None:
    detector = FieldDetector(Detector(name="apd", field="acq/waveform", feature=(settings("ROIFunc", name="peak", ROI=[2, 5]),)))
    column = Column(WAVEFORM, TRACES, np.array([True, False, True]))
    columns = {made.field.name: made for made in detector.columns({"acq/waveform": column}, 3, Trouble())}
    sums = columns["apd/peak_sum"]
    assert sums.mask.tolist() == [True, False, True]
    assert sums.values[[0, 2]].tolist() == [2 + 3 + 4, 18 + 19 + 20]
    assert detector.config["apd/peak__peak_bound"].tolist() == [[2, 5]]


def test_a_field_that_is_not_there_gives_nothing() -> None:
    detector = FieldDetector(Detector(name="apd", field="acq/waveform", feature=(settings("ROIFunc"),)))
    assert detector.columns({}, 3, Trouble()) == []


def test_a_scalar_is_named_as_what_it_is_not() -> None:
    trouble = Trouble()
    scalar = Column(Field(name="a/b", dtype=np.dtype(np.float64)), np.zeros(3))
    assert FieldDetector(Detector(name="x", field="a/b")).columns({"a/b": scalar}, 3, trouble) == []
    assert trouble.counts == {"x: a/b is no array of numbers": 1}


def test_frames_only_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match="no source, constants or common mode"):
        FieldDetector(Detector(name="x", field="a/b", common_mode=1))
