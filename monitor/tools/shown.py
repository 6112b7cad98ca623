"""Settings that show what a simulated run is about: its scan, its detector, its region of interest."""

from collections.abc import Mapping
from typing import Any

HALF_EDGE = 25
"""Pixels on each side of an edge that its filter looks at."""
CALIBRATED = (-0.60096, 0.002408, 4.0e-7)
"""Polynomial from pixel to ps that the time tool's calibration run gives, positions counted from the signal's first column."""


def _time_tool(variable: str, calibration: tuple[float, ...]) -> Mapping[str, Any]:
    """The camera of the simulated time tool, and the scan that it corrects."""
    edge = {
        "kind": "timetoolRaw",
        "ttROI_signal": [[14, 27], [16, 496]],
        "ttROI_reference": [[38, 51], [16, 496]],
        "ttROI_sideband": [[57, 64], [16, 496]],
        "subtract_sideband": True,
        "reference_file": [],
        "weights": [-1 / HALF_EDGE] * HALF_EDGE + [1 / HALF_EDGE] * HALF_EDGE,
        "ttCalib": calibration,
    }
    return {
        "detector": [{"name": "opal_tt", "feature": [edge]}],
        "scan.signal": "diode/channels[1]",
        "scan.monitor": "ipm3/sum",
        "scan.variable": variable,
        "scan.time": "opal_tt/ttRaw_pos_ps",
        # The time tool tells picoseconds, the scan asks for femtoseconds.
        "scan.time_scale": 1000.0,
    }


SHOWN: Mapping[str, Mapping[str, Any]] = {
    "delay-scan": {
        "scan.signal": "XppSb3Pim_1_Ipimb_0/channels[1]",
        "scan.monitor": "XppSb3Ipm_1_Ipimb_0/sum",
        "scan.variable": "scan/fs2:ramp_angsft_target",
        # The cavity measures picoseconds, the scan asks for femtoseconds.
        "scan.time_scale": 1000.0,
    },
    "scattering": {
        "detector": [
            {
                "name": "cspad",
                "common_mode": {"algorithm": 1, "mean_max": 80},
                "feature": [
                    {"kind": "ROIFunc", "name": "ROI_0", "image_ROI": [[600, 800], [600, 800]]},
                    {
                        "kind": "azimuthalBinning",
                        "name": "azav",
                        "center": [0.0, 0.0],
                        "dis_to_sam": 100.0,
                        "eBeam": 9.5,
                        "qbin": 0.02,
                    },
                ],
            }
        ],
        "scan.signal": "cspad/ROI_0_sum",
    },
    "time-tool": _time_tool("scan/lxt_ttc", CALIBRATED),
    "time-tool-calibration": _time_tool("scan/lxt", (0.0, 1.0)),
}
"""Dotted setting to value, by scenario; for the demo and the benchmarks."""
