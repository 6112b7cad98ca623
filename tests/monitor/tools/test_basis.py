"""``xtcmon basis`` on a file of our own."""

from pathlib import Path

import numpy as np
import pytest

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.running import state_of
from monitor.running.on_off import slots
from monitor.store.basis import read_basis
from monitor.store.run_file import open_run
from monitor.tools.main import run
from tests.monitor.store.test_smalldata import store

TRACES = np.random.default_rng(1).normal(size=(12, 2, 40))
WAVEFORM = Field(name="acq/waveform", dtype=np.dtype("f8"), shape=(2, 40), unit="V")


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    file = store(tmp_path)
    on = np.arange(12) % 2 == 0
    sums = {"acq_waveform_onOff": state_of("on_off", slots(TRACES, on, ~on))}
    file.commit([Rows(0, 12, {WAVEFORM.name: Column(WAVEFORM, TRACES)})], sums, stop=12)
    file.finish()
    return Path(file.path)


def test_the_shapes_of_a_channel_are_written(recorded: Path, tmp_path: Path) -> None:
    output = tmp_path / "basis.h5"
    arguments = [recorded, WAVEFORM.name, "--channel", 1, "--roi", 10, 30, "--background", 4, "-n", 8, "-o", output]
    assert run(["basis", *map(str, arguments)]) == 0
    basis = read_basis(output)
    expected = (TRACES[:8, 1] - TRACES[:8, 1, :4].mean(axis=1, keepdims=True))[:, 10:30]
    np.testing.assert_allclose(basis.references, expected)
    np.testing.assert_allclose(np.abs(basis.components[0]), np.abs(np.linalg.svd(expected)[2][0]))
    assert (basis.roi, basis.background, basis.channel) == ((10, 30), 4, 1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["acq/wave"], "no field"),
        ([WAVEFORM.name], "name a channel"),
        ([WAVEFORM.name, "--channel", "0", "--roi", "9", "9"], "gaps"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    recorded: Path, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["basis", str(recorded), *arguments]) == 2
    assert why in capsys.readouterr().err


def test_means_with_the_laser_on_and_off_are_in_the_file(recorded: Path) -> None:
    with open_run(recorded) as file:
        state = file.sums["acq_waveform_onOff"]
    np.testing.assert_allclose(state.arrays["total"], [TRACES[::2].sum(axis=0), TRACES[1::2].sum(axis=0)])
    np.testing.assert_array_equal(state.arrays["events"], np.full((2, 2, 40), 6))
