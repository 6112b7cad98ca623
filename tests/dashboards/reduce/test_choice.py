"""Sensible fields when nobody chose any."""

from dashboards.reduce.choice import beam_monitor, scan_variable, signal, vital_signs

XPP = [
    "fiducials",
    "scan/varStep",
    "scan/var0",
    "scan/fs2:ramp_angsft_target",
    "ebeam/charge",
    "gas_detector/f_11_ENRC",
    "ipm2/sum",
    "ipm3/sum",
    "cspad/ROI_0_sum",
    "epics/lxt",
]


def test_a_named_control_is_the_scan_variable() -> None:
    assert scan_variable(XPP) == "scan/fs2:ramp_angsft_target"
    assert scan_variable(XPP[:3]) == "scan/var0"
    assert scan_variable(XPP[:2]) == "scan/varStep"
    assert scan_variable(["ebeam/charge"]) == ""


def test_the_first_intensity_monitor_measures_the_beam() -> None:
    assert beam_monitor(XPP) == "ipm2/sum"
    assert beam_monitor(XPP[:6]) == "gas_detector/f_11_ENRC"
    assert beam_monitor(["fiducials"]) == ""


def test_a_detectors_region_is_the_signal_before_another_monitor() -> None:
    assert signal(XPP, "ipm2/sum") == "cspad/ROI_0_sum"
    assert signal(XPP[:8], "ipm2/sum") == "ipm3/sum"
    assert signal(XPP[:7], "ipm2/sum") == ""
    # Every one of these devices has the letters "pim" in its name.
    recorded = ["XppSb2Ipm_1_Ipimb_0/sum", "XppSb3Ipm_1_Ipimb_0/sum", "XppSb3Pim_1_Ipimb_0/sum"]
    assert signal(recorded, recorded[0]) == recorded[2]


def test_vital_signs_are_different_fields() -> None:
    assert vital_signs(XPP) == ["gas_detector/f_11_ENRC", "ipm2/sum", "cspad/ROI_0_sum"]
    assert vital_signs(["gas_detector/f_11_ENRC"]) == ["gas_detector/f_11_ENRC"]
    assert vital_signs([]) == []
