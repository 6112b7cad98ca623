"""Producer configurations as settings: every function of both generations, misspelt keys, and files of before."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.settings import parse
from monitor.tools.convert.producer import Converted, converted

PARAMETERS = {
    "ROIFunc": "ROI writeArea calcPars userMask thresADU",
    "projectionFunc": "axis thresADU thresRms singlePhoton mean",
    "azimuthalBinning": "center dis_to_sam eBeam qbin phiBins Pplane tx ty userMask thresADU thresADUhigh",
    "azav_pyfai": "poni_file ai_kwargs userMask thres return2d npts npts_az int_units",
    "dropletFunc": "threshold thresholdLow thresADU useRms relabel pixmax mask",
    "droplet2Photons": "aduspphot photpts cputime",
    "sparsifyFunc": "nData saveInt saveIntADU",
    "unsparsifyFunc": "",
    "photonFunc": "ADU_per_photon thr_fraction thresADU mask",
    "WfIntegration": "sig_roi bkg_roi negative_signal",
    "SimpleHitFinder": "threshold threshold_max use_rms bkg_roi",
    "SvdFit": "n_components n_pulse delay sampling basis_file mode return_reconstructed channel",
    "PolynomialCurveCorrection": "poly axis method",
    "Autocorrelation": "mask thresADU save_range save_lineout",
    "hsdsplitFunc": "writeHsd hsdName",
    "hsdROIFunc": "ROI writeArea calcPars",
    "imageFunc": "coords imgShape",
}
"""Parameters of facts of smalldata_tools, not of the code under test."""
CATALOG = {kind: {"parameters": [{"name": name} for name in names.split()]} for kind, names in PARAMETERS.items()}


class Config:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "prod_config_xpp.py"

    def converted(self, text: str, run: int = 50) -> Converted:
        self.path.write_text("import numpy as np\n" + text)
        return converted(self.path, run, CATALOG)

    def features(self, text: str, detector: str = "det", run: int = 50) -> list[dict[str, Any]]:
        found = self.converted(f"detnames = [{detector!r}]\n{text}", run)
        assert not found.notes, found.notes
        (section,) = parse(tomllib.loads(found.text)).model_dump(exclude_unset=True)["detector"]
        assert section["name"] == detector
        features: list[dict[str, Any]] = plain(section.get("feature", []))
        return features


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path)


def returning(function: str, value: str, detector: str = "det") -> str:
    body = f"    ret_dict = {{}}\n    if run > 0:\n        ret_dict['{detector}'] = {value}\n    return ret_dict\n"
    return f"def {function}(run):\n{body}"


ROI = {"kind": "ROIFunc", "ROI": [[0, 2], [3, 4]]}
SPARSE = {"kind": "sparsifyFunc"}
TABLE: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "rois, first generation": (
        "getROIs",
        "[{'ROI': [[0, 2], [3, 4]], 'pj': [{'axis': 0}, {'axis': 1, 'mean': True}]}]",
        [ROI | {"feature": [{"kind": "projectionFunc", "axis": 0}, {"kind": "projectionFunc", "axis": 1, "mean": True}]}],
    ),
    "rois, second generation": (
        "getROIs",
        "[{'ROI': [[0, 2], [3, 4]], 'proj_ax': 1, 'thresADU': None}]",
        [ROI | {"feature": [{"kind": "projectionFunc", "axis": 1}]}],
    ),
    "rois, before": (
        "getROIs",
        "{'ROIs': [[[0, 2], [3, 4]], [[5, 6], [7, 8]]], 'writeArea': True, 'thresADU': 5}",
        [
            {"kind": "ROIFunc", "ROI": [[0, 2], [3, 4]], "name": "ROI_0", "writeArea": True, "thresADU": 5},
            {"kind": "ROIFunc", "ROI": [[5, 6], [7, 8]], "name": "ROI_1", "writeArea": True, "thresADU": 5},
        ],
    ),
    "rois without names": (
        "getROIs",
        "[{'ROI': [[0, 2], [3, 4]]}, {'ROI': [[0, 2], [3, 4]]}]",
        [ROI, ROI | {"name": "ROI_1"}],
    ),
    "digitizer channels": (
        "getROIs",
        "{'hsd_0': [0, -1], 'hsd_1': [3000, 8000]}",
        [
            {
                "kind": "hsdsplitFunc",
                "writeHsd": False,
                "feature": [
                    {"kind": "hsdROIFunc", "name": "hsd_0__ROI", "ROI": [0, -1], "writeArea": True},
                    {"kind": "hsdROIFunc", "name": "hsd_1__ROI", "ROI": [3000, 8000], "writeArea": True},
                ],
            }
        ],
    ),
    "azimuthal, list": (
        "getAzIntParams",
        "[{'center': [1.5, 2], 'dis_to_sam': 80., 'userMask': np.load('m.npy')}]",
        [{"kind": "azimuthalBinning", "center": [1.5, 2], "dis_to_sam": 80.0, "userMask": "m.npy"}],
    ),
    "azimuthal, one": ("get_azav", "{'center': [1, 2]}", [{"kind": "azimuthalBinning", "center": [1, 2]}]),
    "pyfai, list": ("getAzIntPyFAIParams", "[{'npts': 9}]", [{"kind": "azav_pyfai", "npts": 9}]),
    "pyfai, one": (
        "get_azav_pyfai",
        "{'ai_kwargs': {'dist': 0.1, 'rot1': 0}}",
        [{"kind": "azav_pyfai", "ai_kwargs": {"dist": 0.1, "rot1": 0}}],
    ),
    "droplets, list": (
        "get_droplet",
        "[{'threshold': 5, 'nData': 1000}]",
        [{"kind": "dropletFunc", "threshold": 5, "feature": [SPARSE | {"nData": 1000}]}],
    ),
    "droplets, one": ("get_droplet", "{'useRms': False}", [{"kind": "dropletFunc", "useRms": False, "feature": [SPARSE]}]),
    "droplets, before": ("getDropletParams", "{'threshold': 3}", [{"kind": "dropletFunc", "threshold": 3, "feature": [SPARSE]}]),
    "photons of droplets": (
        "get_droplet2photon",
        "[{'droplet': {'threshold': 5}, 'd2p': {'aduspphot': 162}, 'nData': 30}]",
        [
            {
                "kind": "dropletFunc",
                "threshold": 5,
                "feature": [{"kind": "droplet2Photons", "aduspphot": 162, "feature": [SPARSE | {"nData": 30}]}],
            }
        ],
    ),
    "photons of droplets, image": (
        "get_droplet2photon",
        "{'droplet': {}, 'd2p': {'cputime': True}, 'nData': None, 'get_photon_img': True}",
        [
            {
                "kind": "dropletFunc",
                "feature": [
                    {
                        "kind": "droplet2Photons",
                        "cputime": True,
                        "feature": [
                            SPARSE,
                            {"kind": "unsparsifyFunc", "feature": [{"kind": "ROIFunc", "name": "img", "writeArea": True}]},
                        ],
                    }
                ],
            }
        ],
    ),
    "photons": ("getPhotonParams", "{'ADU_per_photon': 154}", [{"kind": "photonFunc", "ADU_per_photon": 154}]),
    "autocorrelation": (
        "getAutocorrParams",
        "{'mask': 'm.npy', 'save_range': (50, 60)}",
        [{"kind": "Autocorrelation", "mask": "m.npy", "save_range": [50, 60]}],
    ),
    "svd, before": ("getSvdParams", "{'basis_file': 'b.h5'}", [{"kind": "SvdFit", "basis_file": "b.h5"}]),
    "integrals": (
        "get_wf_integrate",
        "{'sig_roi': slice(102, 108), 'bkg_roi': [0, 80], 'negative_signal': True}",
        [{"kind": "WfIntegration", "sig_roi": [102, 108], "bkg_roi": [0, 80], "negative_signal": True}],
    ),
    "hits": (
        "get_wf_hitfinder",
        "{'threshold': 4, 'bkg_roi': (500, 800)}",
        [{"kind": "SimpleHitFinder", "threshold": 4, "bkg_roi": [500, 800]}],
    ),
    "svd by channel": (
        "get_wf_svd",
        "[{'n_pulse': 1}, {'n_pulse': 2}]",
        [
            {"kind": "SvdFit", "name": "svdFit_ch0", "channel": 0, "n_pulse": 1},
            {"kind": "SvdFit", "name": "svdFit_ch1", "channel": 1, "n_pulse": 2},
        ],
    ),
    "curve": (
        "get_polynomial_correction",
        "{'poly': [1, 2], 'droplet': {'threshold': 9}, 'projection': 0}",
        [
            {
                "kind": "PolynomialCurveCorrection",
                "poly": [1, 2],
                "feature": [{"kind": "dropletFunc", "threshold": 9, "feature": [SPARSE]}, {"kind": "projectionFunc", "axis": 0}],
            }
        ],
    ),
    "images": ("getDetImages", "{}", [{"kind": "imageFunc"}]),
}


@pytest.mark.parametrize("case", TABLE)
def test_every_function_of_a_producer_has_its_feature(config: Config, case: str) -> None:
    function, value, expected = TABLE[case]
    assert config.features(returning(function, value)) == expected


def test_sums_are_of_their_detector_or_of_all(config: Config) -> None:
    text = "detectors = ['a', 'b']\ndef get_sum_algos(run):\n    return {'all': ['calib'], 'b': ['calib_max', 'calib']}\n"
    sections = tomllib.loads(config.converted(text).text)["detector"]
    assert [section["sums"] for section in sections] == [["calib"], ["calib", "calib_max"]]


def test_sums_of_the_first_generation_keep_their_names(config: Config) -> None:
    text = "detnames = ['a']\n" + returning("getDetSums", "['calib_dropped', 'calib_img']", "a")
    assert tomllib.loads(config.converted(text).text)["detector"][0]["sums"] == ["calib_dropped", "calib_img"]


def test_azimuthal_keys_with_the_name_of_a_detector_are_of_it(config: Config) -> None:
    text = "detnames = ['cspad', 'jf']\ndef getAzIntParams(run):\n    ret_dict = {'eBeam': 9.5}\n"
    text += "    ret_dict['cspad_center'] = [1., 2.]\n    ret_dict['cspad_dis_to_sam'] = 80.\n    return ret_dict\n"
    cspad, jf = tomllib.loads(config.converted(text).text)["detector"]
    assert cspad["feature"] == [{"kind": "azimuthalBinning", "eBeam": 9.5, "center": [1.0, 2.0], "dis_to_sam": 80.0}]
    assert "feature" not in jf


def test_the_run_number_chooses_the_branch(config: Config) -> None:
    text = "def getROIs(run):\n    if run < 10:\n        return {'det': [{'ROI': [[0, 1], [0, 1]]}]}\n    return {}\n"
    assert len(config.features(text, run=9)) == 1
    assert config.features(text, run=10) == []


MISSPELT = {
    "getROIs": ("ROIFunc", "theshold", "thresADU"),
    "get_droplet": ("dropletFunc", "thresholdADU", "threshold"),
    "get_wf_hitfinder": ("SimpleHitFinder", "treshold_max", "threshold_max"),
    "getAzIntPyFAIParams": ("azav_pyfai", "threshold", "thres"),
}


@pytest.mark.parametrize("function", MISSPELT)
def test_a_misspelt_key_is_left_out_and_told_with_the_nearest_right_one(config: Config, function: str) -> None:
    kind, wrong, right = MISSPELT[function]
    found = config.converted("detnames = ['det']\n" + returning(function, f"[{{{wrong!r}: 5}}]"))
    assert found.notes == (f"det, {function}: {wrong}: {kind} has no such parameter (did you mean {right!r}?)",)
    assert f"# {wrong} = 5: {kind} has no such parameter" in found.text
    assert wrong not in tomllib.loads(found.text)["detector"][0]["feature"][0]


def test_a_value_that_is_not_plain_is_left_out_with_its_line(config: Config) -> None:
    found = config.converted("detnames = ['det']\n" + returning("getROIs", "[{'ROI': some_function(run), 'writeArea': True}]"))
    assert found.notes == ("det, getROIs: ROI: its value in line 6 is not plain: some_function(run)",)
    assert tomllib.loads(found.text)["detector"][0]["feature"] == [{"kind": "ROIFunc", "writeArea": True}]


STRANGE = {
    "detector not listed": (
        returning("getROIs", "[]", "dte"),
        "getROIs: dte is not in the list of detectors (did you mean 'det'?)",
    ),
    "function misspelt": (
        returning("getROI", "[{}]"),
        "getROI: no producer asks for a function of this name (did you mean 'getROIs'?)",
    ),
    "feature not here": (returning("get_mectt", "{'x': 1}"), "det, get_mectt: there is no feature mecttFunc here"),
    "not a dict": ("def getROIs(run):\n    return 5\n", "getROIs: what it returns is not understood"),
    "integrating": ("def get_intg(run):\n    return 'det', []\n", "get_intg: integrating detectors get groups of their own rate"),
    "compression": (returning("get_pressio_compression", "{'x': 1}"), "get_pressio_compression: compression of frames"),
    "mad value": (returning("get_droplet2photon", "[{'d2p': {}}]"), "det, get_droplet2photon: what it says is not understood"),
    "statement": ("with x as y:\n    pass\n", "line 3: not understood: with x as y:"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_not_understood_stands_as_a_comment_and_is_said(config: Config, case: str) -> None:
    text, expected = STRANGE[case]
    found = config.converted(f"detnames = ['det']\n{text}")
    assert any(note.startswith(expected) for note in found.notes), found.notes
    assert f"# not converted: {expected}" in found.text
    assert parse(tomllib.loads(found.text)).detector[0].feature == ()


def test_lists_that_need_no_setting_are_explained(config: Config) -> None:
    found = config.converted(
        "detnames = []\nepicsPV = ['a', ('b', 'c')]\nepicsOncePV = ['d']\nttCalib = [0, 2.5]\nxdetectors = ['x']\n"
    )
    assert not found.notes
    assert all(f"# {name}" in found.text for name in ("epicsPV", "epicsOncePV", "ttCalib = [0, 2.5]", "xdetectors = ['x']"))


def test_a_comment_cannot_become_a_setting(config: Config) -> None:
    text = "detnames = ['det']\n" + returning("getROIs", "[{'x\\n[store]\\ndirectory': 1, 'name': 'a\\nb'}]")
    found = tomllib.loads(config.converted(text).text)
    assert list(found) == ["detector"]
    assert found["detector"][0]["feature"] == [{"kind": "ROIFunc", "name": "a\nb"}]


def test_a_value_that_contains_itself_is_refused(config: Config) -> None:
    text = "detnames = ['det']\ndef getROIs(run):\n    x = [1]\n    x.append(x)\n    return {'det': [{'ROI': x}]}\n"
    with pytest.raises(ConfigError, match="contain themselves"):
        config.converted(text)


def test_a_file_without_detectors_is_no_configuration(config: Config) -> None:
    with pytest.raises(ConfigError, match="neither detnames nor detectors"):
        config.converted("x = 1\n")
