"""Every case of every file of golden/smalldata is run by a test; a file or function that none knows fails here.

The other ``test_smalldata_*`` files take all cases of a function, never chosen ones, so that a table of functions says it all.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import golden_root

TESTED = {
    "azav_2d": {"azimuthalBinning": "test_smalldata_azav"},
    "azav_3d": {"azimuthalBinning": "test_smalldata_azav"},
    "azav_pyfai": {"azav_pyfai": "test_smalldata_pyfai"},
    "commonmode": {
        "cm_epix": "test_common_mode_epix100a",
        "cm_uxi": "test_common_mode_rows_of_frames",
        "epix10k thermistor": "test_small_data_common_mode",
        "neighborImg": "test_small_data_common_mode",
    },
    "correlation": {
        "acf": "test_smalldata_correlation",
        "Autocorrelation": "test_smalldata_correlation",
        "spatial_correlation_fourier": "test_smalldata_correlation",
        "spatial_correlation_fourier(img2)": "test_smalldata_correlation",
    },
    "cube": dict.fromkeys(("addCut/getFilter", "getDelay", "makeCubeData", "plotScan"), "test_smalldata_cube"),
    "droplet2photons": {
        "dropletFunc>droplet2Photons>sparsifyFunc": "test_smalldata_droplets",
        "greedyguess": "test_smalldata_droplets",
    },
    "droplets": {"dropletFunc": "test_smalldata_droplets"},
    "fits": {
        "GaussFit": "test_smalldata_edges",
        "FWHM": "test_smalldata_edges",
        "getCMpeak": "test_smalldata_edges",
        "fitCircle": "test_smalldata_curve",
        "PolynomialCurveCorrection": "test_smalldata_curve",
        "getBins": "test_smalldata_curve",
        "rebin": "test_smalldata_roi",
        "running_median_insort": "test_smalldata_cube",
        "get_startOffIdx": "test_smalldata_cube",
    },
    "mectt": {"mecttFunc": "test_smalldata_edges"},
    "photons": {"photonFunc": "test_smalldata_droplets"},
    "roi_2d": {"ROIFunc": "test_smalldata_roi"},
    "roi_3d": {"ROIFunc": "test_smalldata_roi", "imageFunc": "test_smalldata_roi"},
    "sparsify": {"sparsifyFunc": "test_smalldata_sparsify", "unsparsify": "test_smalldata_sparsify"},
    "sums": {"processSums": "test_smalldata_sums"},
    "timetool": {"ttRaw.fitTraceData": "test_smalldata_edges"},
    "waveforms": dict.fromkeys(
        (
            "WfIntegration",
            "SimpleHitFinder",
            "hitFinderCFDFunc",
            "normalizeTrace",
            "getCMPeakFunc",
            "hsdBaselineFourierEliminate",
            "hsdsplitFunc",
            "SvdFit",
            "templateFitFunc",
            "templateArray",
        ),
        "test_smalldata_waveforms",
    ),
    "writers": {"w1": "test_small_data_writer", "w2": "test_small_data_writer"},
}
WHOLE_FILE = ("timetool", "mectt", "sums", "writers")
"""Files whose tests take all their cases, whatever the function is called."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "file" in metafunc.fixturenames:
        files = sorted((golden_root(metafunc.config) / "smalldata").glob("*.npz"))
        metafunc.parametrize("file", files, ids=[path.stem for path in files])


def test_every_function_of_the_file_is_tested(file: Path) -> None:
    with np.load(file) as stored:
        functions = {case["func"] for case in json.loads(str(stored["meta"]))["cases"].values()}
    assert functions <= set(TESTED.get(file.stem, {}))


@pytest.mark.parametrize("name", TESTED)
def test_the_tests_that_are_named_know_the_function(name: str) -> None:
    for function, module in TESTED[name].items():
        text = Path(__file__).with_name(f"{module}.py").read_text()
        word = name if name in WHOLE_FILE else function
        assert f'"{word}' in text or f"{word}.npz" in text, (function, module)
