"""Settings that show what a simulated run is about: its scan, its detector, its region of interest."""

from collections.abc import Mapping
from typing import Any

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
                "common_mode": 2,
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
}
"""Dotted setting to value, by scenario; for the demo and the benchmarks."""
