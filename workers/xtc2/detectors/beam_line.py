"""Beam-line data: electron beam, gas detectors, intensity monitors, phase cavity. Fields as recorded."""

from workers.xtc2.family import FAMILIES, Family

UNITS = {
    "ebeamPhotonEnergy": "eV",
    "fitTime1": "ps",
    "fitTime2": "ps",
    "charge1": "pC",
    "charge2": "pC",
    "totalIntensityJoules": "J",
    "xPositionMeters": "m",
    "yPositionMeters": "m",
}

FAMILIES.add(
    "beam_line",
    Family(
        det_types=frozenset({"ebeam", "ebeamh", "gasdet", "gmd", "xgmd", "pcav", "pcavh", "bmmon", "feespec"}),
        shapes={"peakAmplitude": (16,), "peakTime": (16,)},
        units=UNITS,
        loose=True,
    ),
)
