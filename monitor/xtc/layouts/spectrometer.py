"""Ocean Optics spectrometers.

Source: the facility's data description of OceanOptics.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct, fields_of

CONFIG_V1 = Struct(
    "OceanOptics.ConfigV1",
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("waveLenCalib", "f8", (4,), unit="nm", doc="wavelength polynomial, constant first"),
    Field("nonlinCorrect", "f8", (8,), doc="non-linearity polynomial, 8 terms"),
    Field("strayLightConstant", "f8", doc="stray light"),
)

CONFIG_V2 = Struct(
    "OceanOptics.ConfigV2",
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("deviceType", "i4", doc="device type"),
    Field("waveLenCalib", "f8", (4,), unit="nm", doc="wavelength polynomial, constant first"),
    Field("nonlinCorrect", "f8", (8,), doc="non-linearity polynomial, 8 terms"),
    Field("strayLightConstant", "f8", doc="stray light"),
)

TIMESPEC64 = Struct(
    "OceanOptics.timespec64",
    Field("tv_sec", "u8", doc="seconds"),
    Field("tv_nsec", "u8", doc="nanoseconds"),
)

DATA_V1 = Struct(
    "OceanOptics.DataV1",
    Field("data", "u2", (3840,), doc="spectrum"),
    Field("frameCounter", "u8", doc="frame counter"),
    Field("numDelayedFrames", "u8"),
    Field("numDiscardFrames", "u8"),
    Field("timeFrameStart", TIMESPEC64, doc="start time"),
    Field("timeFrameFirstData", TIMESPEC64, doc="first data time"),
    Field("timeFrameEnd", TIMESPEC64, doc="end time"),
    Field("i32Version", "i4", hidden=True),
    Field("numSpectraInData", "i1"),
    Field("numSpectraInQueue", "i1"),
    Field("numSpectraUnused", "i1"),
    Field("iReserved1", "i1", hidden=True),
    derived=(
        Derived("durationOfFrame", derive.frame_duration),
        Derived("nonlinearCorrected", derive.nonlinear_corrected(flip=0x2000), arguments=("i",)),
    ),
    config=("OceanOptics.ConfigV1", "OceanOptics.ConfigV2"),
)

DATA_V2 = Struct(
    "OceanOptics.DataV2",
    Field("data", "u2", (2048,), doc="spectrum"),
    Field("frameCounter", "u8", doc="frame counter"),
    Field("numDelayedFrames", "u8"),
    Field("numDiscardFrames", "u8"),
    Field("timeFrameStart", TIMESPEC64, doc="start time"),
    Field("timeFrameFirstData", TIMESPEC64, doc="first data time"),
    Field("timeFrameEnd", TIMESPEC64, doc="end time"),
    Field("i32Version", "i4", hidden=True),
    Field("numSpectraInData", "i1"),
    Field("numSpectraInQueue", "i1"),
    Field("numSpectraUnused", "i1"),
    Field("iReserved1", "i1", hidden=True),
    derived=(
        Derived("durationOfFrame", derive.frame_duration),
        Derived("nonlinearCorrected", derive.nonlinear_corrected(), arguments=("i",)),
    ),
    config=("OceanOptics.ConfigV2",),
)

DATA_V3 = Struct(
    "OceanOptics.DataV3",
    *fields_of(DATA_V1),
    derived=(
        Derived("durationOfFrame", derive.frame_duration),
        Derived("nonlinearCorrected", derive.nonlinear_corrected(), arguments=("i",)),
    ),
    config=("OceanOptics.ConfigV2",),
)
