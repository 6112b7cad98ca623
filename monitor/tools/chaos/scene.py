"""What is run under torment: a simulated run with point data and a small camera, whose sums are whole numbers."""

from pathlib import Path

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate

STEPS = 10

SETTINGS = """\
[[detector]]
name = "spot_camera"
source = "XppEndstation-0|Opal1000-0"
constants = "none"
[[detector.feature]]
kind = "ROIFunc"
name = "spot"
"""


def scene(folder: Path, events: int, seed: int = 1) -> tuple[list[Path], SimulatedRun]:
    """Write a run of about so many events; what to give to ``xtcmon run``, and the run with its truth.

    Raises
    ------
    Unusable
        If the folder cannot be written.
    """
    run = simulate("camera", folder, Options(steps=STEPS, events=max(1, events // STEPS), seed=seed))
    settings = folder / "chaos.toml"
    settings.write_text(SETTINGS)
    return [settings, *run.files], run
