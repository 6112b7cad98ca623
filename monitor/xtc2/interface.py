"""Which detectors psana2 has a class for: detector type, algorithm and the versions, as its class names say.

From the facility's public detector interfaces (slac-lcls/lcls2, psana/psana/detector); what is not listed is data all the same.
"""

from collections.abc import Mapping

CLASSES: Mapping[str, str] = {
    "andor_raw": "0_0_1 0_0_2",
    "archon_raw": "1_0_0",
    "axis_raw": "1_0_0",
    "bmmon_cube": "2_0_0",
    "bmmon_raw": "1_0_0",
    "camera_raw": "0_0_1",
    "cspad_cspadRawAlg": "1_2_3",
    "cspad_raw": "1_2_3 2_3_42 2_3_43",
    "ebeam_cube": "2_0_0",
    "ebeam_ebeamAlg": "0_7_1",
    "ebeam_raw": "2_0_0 2_3_42",
    "ebeam_valsebm": "0_0_1",
    "ebeamh_cube": "2_0_0",
    "ebeamh_raw": "2_0_0",
    "ele_opal_raw": "1_2_3",
    "encoder_interpolated": "3_0_0",
    "encoder_raw": "0_0_1 2_0_0 3_0_0",
    "epics_epics": "0_0_0 0_0_1",
    "epics_raw": "2_0_0",
    "epicsinfo_epicsinfo": "1_0_0",
    "epix100_raw": "2_0_1",
    "epix10ka_raw": "2_0_1 3_0_1",
    "epix_raw": "0_0_2",
    "epixhr2x2_raw": "2_0_1",
    "epixhr2x2hw_config": "2_0_0",
    "epixm320_raw": "0_0_0 0_1_0",
    "epixuhr3x2_raw": "0_1_0",
    "epixuhr_raw": "3_2_1",
    "eventid_valseid": "0_0_1",
    "fakecam_cube": "2_0_0",
    "fakecam_raw": "2_0_0",
    "feespec_cube": "2_0_0",
    "feespec_raw": "1_0_0",
    "gasdet_cube": "2_0_0",
    "gasdet_raw": "1_0_0",
    "gasdetector_valsgd": "0_0_1",
    "gmd_cube": "2_0_0",
    "gmd_raw": "2_0_0 2_1_0",
    "hexanode_raw": "0_0_1",
    "hpscp_hpscp": "0_0_1",
    "hpsex_hpsex": "0_0_1",
    "hrencoder_raw": "0_1_0",
    "hsd_fex": "4_5_6",
    "hsd_hsd": "1_2_3",
    "hsd_raw": "0_0_0 0_0_2 2_0_0 2_3_42 3_0_0",
    "jungfrau_raw": "0_1_0 0_2_0",
    "laser_raw": "2_3_42",
    "opal_raw": "2_0_0",
    "opal_ttfex": "2_0_0 2_1_0 2_1_1",
    "opal_ttproj": "2_0_0",
    "pcav_cube": "2_0_0",
    "pcav_raw": "2_0_0",
    "pcavh_cube": "2_0_0",
    "pcavh_raw": "2_0_0",
    "piranha4_raw": "2_0_0 2_1_0",
    "piranha4_ttavg": "1_0_0",
    "piranha4_ttfex": "1_0_0 1_0_1",
    "pnccd_raw": "1_2_3",
    "pv_raw": "1_0_0",
    "pva_pvaAlg": "1_2_3",
    "quadanode_fex": "4_5_6",
    "scanDet_scan": "2_3_42",
    "scan_raw": "0_0_2 1_0_0 2_0_0",
    "scbld_cube": "2_0_0",
    "scbld_raw": "1_0_0",
    "sfx_raw": "1_2_3",
    "ts_raw": "2_0_0 2_1_0",
    "ts_ts": "0_0_1 1_2_3",
    "ttdet_ttalg": "0_0_1",
    "usdusb_raw": "1_0_0",
    "wave8_fex": "0_0_1",
    "wave8_raw": "0_0_1",
    "xgmd_cube": "2_0_0",
    "xgmd_raw": "2_0_0 2_1_0",
    "xtcavpars_valsxtp": "0_0_1",
}

_NAMES = frozenset(f"{name}_{version}" for name, versions in CLASSES.items() for version in versions.split())


def is_known(interface: str) -> bool:
    """Whether psana2 has a class of this name.

    Examples
    --------
    >>> is_known("ts_raw_2_1_0"), is_known("ts_config_2_0_0")
    (True, False)
    """
    return interface in _NAMES
