"""Configurations of the cameras whose images are frames.

Source: the facility's data descriptions FCCD, Opal1k, Orca, Pulnix, Quartz, Rayonix, Streak, Vimba.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Bits, Derived, Field, Struct
from monitor.xtc.layouts.camera import FRAME_COORD

PULNIX_TM6740_CONFIG_V1_DEPTH = {0: "Eight_bit", 1: "Ten_bit"}
PULNIX_TM6740_CONFIG_V1_BINNING = {0: "x1", 1: "x2", 2: "x4"}
PULNIX_TM6740_CONFIG_V1_LOOKUP_TABLE = {0: "Gamma", 1: "Linear"}
OPAL1K_CONFIG_V1_DEPTH = {0: "Eight_bit", 1: "Ten_bit", 2: "Twelve_bit"}
OPAL1K_CONFIG_V1_BINNING = {0: "x1", 1: "x2", 2: "x4", 3: "x8"}
OPAL1K_CONFIG_V1_MIRRORING = {0: "None", 1: "HFlip", 2: "VFlip", 3: "HVFlip"}
ORCA_CONFIG_V1_READOUT_MODE = {0: "x1", 1: "x2", 2: "x4", 3: "Subarray"}
ORCA_CONFIG_V1_COOLING = {0: "Off", 1: "On", 2: "Max"}
RAYONIX_CONFIG_V1_READOUT_MODE = {0: "Standard", 1: "HighGain", 2: "LowNoise", 3: "EDR"}
RAYONIX_CONFIG_V2_READOUT_MODE = {0: "Unknown", 1: "Standard", 2: "HighGain", 3: "LowNoise", 4: "HDR"}
STREAK_CONFIG_V1_DEVICE_MODE = {0: "Focus", 1: "Operate"}
STREAK_CONFIG_V1_GATE_MODE = {0: "Normal", 1: "Gate", 2: "OpenFixed"}
STREAK_CONFIG_V1_SHUTTER_MODE = {0: "Closed", 1: "Open"}
STREAK_CONFIG_V1_TRIGGER_MODE = {0: "Single", 1: "Continuous"}
STREAK_CONFIG_V1_CALIB_SCALE = {0: "Nanoseconds", 1: "Microseconds", 2: "Milliseconds", 3: "Seconds"}
VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL = {0: "False", 1: "True"}
VIMBA_ALVIUM_CONFIG_V1_ROI_MODE = {0: "Off", 1: "On", 2: "Centered"}
VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_TYPE = {0: "DefectPixelCorrection", 1: "FixedPatternNoiseCorrection"}
VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_SET = {0: "Preset", 1: "User"}
VIMBA_ALVIUM_CONFIG_V1_PIXEL_MODE = {0: "Mono8", 1: "Mono10", 2: "Mono10p", 3: "Mono12", 4: "Mono12p"}
VIMBA_ALVIUM_CONFIG_V1_TRIGGER_MODE = {0: "FreeRun", 1: "External", 2: "Software"}

TM6740_CONFIG_V1 = Struct(
    "Pulnix.TM6740ConfigV1",
    Field(
        "gain_a_b",
        "u4",
        bits=(
            Bits("gain_a", 0, 16, "gain of tap A"),
            Bits("gain_b", 16, 16, "gain of tap B"),
        ),
        hidden=True,
    ),
    Field(
        "vref_shutter",
        "u4",
        bits=(
            Bits("vref", 0, 16, "reference voltage"),
            Bits("shutter_width", 16, 16, "shutter width"),
        ),
        hidden=True,
    ),
    Field(
        "control",
        "u4",
        bits=(
            Bits("gain_balance", 0, 1, "balance the two taps"),
            Bits("output_resolution", 1, 1, "code of the bit depth", enum=PULNIX_TM6740_CONFIG_V1_DEPTH),
            Bits("horizontal_binning", 2, 2, "binning code along columns", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("vertical_binning", 4, 2, "binning code along rows", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("lookuptable_mode", 6, 1, "0 gamma, 1 linear", enum=PULNIX_TM6740_CONFIG_V1_LOOKUP_TABLE),
        ),
        hidden=True,
    ),
    derived=(Derived("output_resolution_bits", "8 if output_resolution == 0 else 10"),),
)

TM6740_CONFIG_V2 = Struct(
    "Pulnix.TM6740ConfigV2",
    Field(
        "gain_a_b",
        "u4",
        bits=(
            Bits("gain_a", 0, 16, "gain of tap A"),
            Bits("gain_b", 16, 16, "gain of tap B"),
        ),
        hidden=True,
    ),
    Field(
        "vref_shutter",
        "u4",
        bits=(
            Bits("vref_a", 0, 10, "reference of tap A"),
            Bits("vref_b", 16, 10, "reference of tap B"),
        ),
        hidden=True,
    ),
    Field(
        "control",
        "u4",
        bits=(
            Bits("gain_balance", 0, 1, "balance the two taps"),
            Bits("output_resolution", 1, 1, "code of the bit depth", enum=PULNIX_TM6740_CONFIG_V1_DEPTH),
            Bits("horizontal_binning", 2, 2, "binning code along columns", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("vertical_binning", 4, 2, "binning code along rows", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("lookuptable_mode", 6, 1, "0 gamma, 1 linear", enum=PULNIX_TM6740_CONFIG_V1_LOOKUP_TABLE),
        ),
        hidden=True,
    ),
    derived=(Derived("output_resolution_bits", "8 if output_resolution == 0 else 10"),),
)

FCCD_CONFIG_V1 = Struct(
    "FCCD.FccdConfigV1",
    Field("outputMode", "u2"),
    derived=(
        Derived("width", "576"),
        Derived("height", "500"),
        Derived("trimmedWidth", "480"),
        Derived("trimmedHeight", "480"),
    ),
)

FCCD_CONFIG_V2 = Struct(
    "FCCD.FccdConfigV2",
    Field("outputMode", "u2"),
    Field("ccdEnable", "u1"),
    Field("focusMode", "u1"),
    Field("exposureTime", "u4", unit="s", doc="exposure time"),
    Field("dacVoltages", "f4", (17,)),
    Field("waveforms", "u2", (15,)),
    Field("pad", "u1", (2,), hidden=True),
    derived=(
        Derived("width", "1152"),
        Derived("height", "500"),
        Derived("trimmedWidth", "480"),
        Derived("trimmedHeight", "480"),
    ),
)

OPAL1K_CONFIG_V1 = Struct(
    "Opal1k.ConfigV1",
    Field(
        "offsetAndGain",
        "u4",
        bits=(
            Bits("black_level", 0, 16, "black level before gain"),
            Bits("gain_percent", 16, 16, "gain in percent, 100 is x1"),
        ),
        hidden=True,
    ),
    Field(
        "outputOptions",
        "u4",
        bits=(
            Bits("output_resolution", 0, 4, "code of the bit depth", enum=OPAL1K_CONFIG_V1_DEPTH),
            Bits("vertical_binning", 4, 4, "binning code along rows", enum=OPAL1K_CONFIG_V1_BINNING),
            Bits("output_mirroring", 8, 4, "mirroring code", enum=OPAL1K_CONFIG_V1_MIRRORING),
            Bits("vertical_remapping", 12, 1, "rows put in natural order"),
            Bits("output_lookup_table_enabled", 13, 1, "1 if a 4096-entry lookup table follows"),
            Bits("defect_pixel_correction_enabled", 14, 1, "defect pixels corrected by the camera"),
        ),
        hidden=True,
    ),
    Field("number_of_defect_pixels", "u4", doc="number of defect pixels listed"),
    Field("output_lookup_table", "u2", ("4096*output_lookup_table_enabled",), doc="lookup table"),
    Field("defect_pixel_coordinates", FRAME_COORD, ("number_of_defect_pixels",), doc="defect pixels"),
    derived=(
        Derived("output_offset", "(black_level * gain_percent // 100) & 0xffff"),
        Derived("output_resolution_bits", "output_resolution*2+8"),
    ),
)

ORCA_CONFIG_V1 = Struct(
    "Orca.ConfigV1",
    Field(
        "options",
        "u4",
        bits=(
            Bits("mode", 0, 2, enum=ORCA_CONFIG_V1_READOUT_MODE),
            Bits("cooling", 2, 2, enum=ORCA_CONFIG_V1_COOLING),
            Bits("defect_pixel_correction_enabled", 4, 1, "defect pixels corrected by the camera"),
        ),
        hidden=True,
    ),
    Field("rows", "u4", doc="rows read out"),
)

QUARTZ_CONFIG_V1 = Struct(
    "Quartz.ConfigV1",
    Field(
        "offsetAndGain",
        "u4",
        bits=(
            Bits("black_level", 0, 16, "black level before gain"),
            Bits("gain_percent", 16, 16, "gain in percent, 100 is x1"),
        ),
        hidden=True,
    ),
    Field(
        "outputOptions",
        "u4",
        bits=(
            Bits("output_resolution", 0, 4, "code of the bit depth", enum=PULNIX_TM6740_CONFIG_V1_DEPTH),
            Bits("horizontal_binning", 4, 2, "binning code along columns", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("vertical_binning", 6, 2, "binning code along rows", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("output_mirroring", 8, 4, "mirroring code", enum=OPAL1K_CONFIG_V1_MIRRORING),
            Bits("output_lookup_table_enabled", 12, 1, "1 if a 4096-entry lookup table follows"),
            Bits("defect_pixel_correction_enabled", 13, 1, "defect pixels corrected by the camera"),
        ),
        hidden=True,
    ),
    Field("number_of_defect_pixels", "u4", doc="number of defect pixels listed"),
    Field("output_lookup_table", "u2", ("4096*output_lookup_table_enabled",), doc="lookup table"),
    Field("defect_pixel_coordinates", FRAME_COORD, ("number_of_defect_pixels",), doc="defect pixels"),
    derived=(
        Derived("output_offset", "(black_level * gain_percent // 100) & 0xffff"),
        Derived("output_resolution_bits", "output_resolution*2+8"),
    ),
)

QUARTZ_CONFIG_V2 = Struct(
    "Quartz.ConfigV2",
    Field(
        "offsetAndGain",
        "u4",
        bits=(
            Bits("black_level", 0, 16, "black level before gain"),
            Bits("gain_percent", 16, 16, "gain in percent, 100 is x1"),
        ),
        hidden=True,
    ),
    Field(
        "outputOptions",
        "u4",
        bits=(
            Bits("output_resolution", 0, 4, "code of the bit depth", enum=PULNIX_TM6740_CONFIG_V1_DEPTH),
            Bits("horizontal_binning", 4, 2, "binning code along columns", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("vertical_binning", 6, 2, "binning code along rows", enum=PULNIX_TM6740_CONFIG_V1_BINNING),
            Bits("output_mirroring", 8, 4, "mirroring code", enum=OPAL1K_CONFIG_V1_MIRRORING),
            Bits("output_lookup_table_enabled", 12, 1, "1 if a 4096-entry lookup table follows"),
            Bits("defect_pixel_correction_enabled", 13, 1, "defect pixels corrected by the camera"),
            Bits("use_hardware_roi", 14, 1, "hardware ROI on/off"),
            Bits("use_test_pattern", 15, 1, "test pattern on/off"),
            Bits("max_taps", 16, 4, "taps used"),
        ),
        hidden=True,
    ),
    Field("roi_lo", FRAME_COORD, doc="ROI start"),
    Field("roi_hi", FRAME_COORD, doc="ROI end"),
    Field("number_of_defect_pixels", "u4", doc="number of defect pixels listed"),
    Field("output_lookup_table", "u2", ("4096*output_lookup_table_enabled",), doc="lookup table"),
    Field("defect_pixel_coordinates", FRAME_COORD, ("number_of_defect_pixels",), doc="defect pixels"),
    derived=(
        Derived("output_offset", "(black_level * gain_percent // 100) & 0xffff"),
        Derived("output_resolution_bits", "output_resolution*2+8"),
    ),
)

RAYONIX_CONFIG_V1 = Struct(
    "Rayonix.ConfigV1",
    Field("binning_f", "u1", doc="binning along the fast axis"),
    Field("binning_s", "u1", doc="binning along the slow axis"),
    Field("pad", "i2", hidden=True),
    Field("exposure", "u4"),
    Field("trigger", "u4", doc="trigger mode"),
    Field("rawMode", "u2", doc="raw mode"),
    Field("darkFlag", "u2", doc="dark flag"),
    Field("readoutMode", "u4", doc="readout mode code", enum=RAYONIX_CONFIG_V1_READOUT_MODE),
    Field("deviceID", "S1", (40,), doc="device name"),
    derived=(
        Derived("pixelWidth", "44 * binning_f"),
        Derived("pixelHeight", "44 * binning_s"),
        Derived("maxWidth", "3840"),
        Derived("maxHeight", "3840"),
        Derived("width", "3840 // binning_f"),
        Derived("height", "3840 // binning_s"),
        Derived("numPixels", "width * height"),
    ),
)

RAYONIX_CONFIG_V2 = Struct(
    "Rayonix.ConfigV2",
    Field("binning_f", "u1", doc="binning along the fast axis"),
    Field("binning_s", "u1", doc="binning along the slow axis"),
    Field("testPattern", "i2"),
    Field("exposure", "u4"),
    Field("trigger", "u4", doc="trigger mode"),
    Field("rawMode", "u2", doc="raw mode"),
    Field("darkFlag", "u2", doc="dark flag"),
    Field("readoutMode", "u4", doc="readout mode code", enum=RAYONIX_CONFIG_V2_READOUT_MODE),
    Field("deviceID", "S1", (40,), doc="device name"),
    derived=(
        Derived("pixelWidth", "44 * binning_f"),
        Derived("pixelHeight", "44 * binning_s"),
        Derived("width", "maxWidth // binning_f"),
        Derived("height", "maxHeight // binning_s"),
        Derived("numPixels", "width * height"),
        Derived("maxWidth", derive.rayonix_width),
        Derived("maxHeight", derive.rayonix_width),
    ),
)

STREAK_CONFIG_V1 = Struct(
    "Streak.ConfigV1",
    Field("timeRange", "u8", unit="ps", doc="time range"),
    Field("mode", "u4", enum=STREAK_CONFIG_V1_DEVICE_MODE),
    Field("gate", "u4", doc="gate mode", enum=STREAK_CONFIG_V1_GATE_MODE),
    Field("gain", "u4"),
    Field("shutter", "u4", doc="shutter mode", enum=STREAK_CONFIG_V1_SHUTTER_MODE),
    Field("triggerMode", "u4", doc="trigger mode code", enum=STREAK_CONFIG_V1_TRIGGER_MODE),
    Field("focusTimeOver", "u4"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("calibScale", "u4", doc="unit of the time calibration", enum=STREAK_CONFIG_V1_CALIB_SCALE),
    Field("calib", "f8", (3,), doc="polynomial of the time calibration"),
    derived=(
        Derived("calibScaleFactor", derive.streak_scale),
        Derived("calibTimes", derive.streak_times),
    ),
)

ALVIUM_CONFIG_V1 = Struct(
    "Vimba.AlviumConfigV1",
    Field("reverseX", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("reverseY", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("contrastEnable", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("correctionEnable", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("roiEnable", "u1", doc="ROI mode", enum=VIMBA_ALVIUM_CONFIG_V1_ROI_MODE),
    Field("pad0", "u1", (3,), hidden=True),
    Field("correctionType", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_TYPE),
    Field("correctionSet", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_SET),
    Field("pixelMode", "u1", doc="pixel format code", enum=VIMBA_ALVIUM_CONFIG_V1_PIXEL_MODE),
    Field("triggerMode", "u1", doc="trigger mode code", enum=VIMBA_ALVIUM_CONFIG_V1_TRIGGER_MODE),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("offsetX", "u4", doc="ROI origin column"),
    Field("offsetY", "u4", doc="ROI origin row"),
    Field("sensorWidth", "u4"),
    Field("sensorHeight", "u4"),
    Field("contrastDarkLimit", "u4"),
    Field("contrastBrightLimit", "u4"),
    Field("contrastShape", "u4"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("blackLevel", "f8", doc="black level"),
    Field("gain", "f8"),
    Field("gamma", "f8"),
    Field("manufacturer", "S1", (48,), doc="maker"),
    Field("family", "S1", (48,)),
    Field("model", "S1", (48,), doc="model name"),
    Field("manufacturerId", "S1", (48,)),
    Field("version", "S1", (48,), doc="version register"),
    Field("serialNumber", "S1", (48,), doc="serial number"),
    Field("firmwareId", "S1", (48,)),
    Field("firmwareVersion", "S1", (48,), doc="firmware version"),
    derived=(
        Derived("frameSize", "numPixels * 2"),
        Derived("numPixelsX", "width"),
        Derived("numPixelsY", "height"),
        Derived("numPixels", "numPixelsX*numPixelsY"),
        Derived("depth", derive.alvium_depth),
    ),
)

VIMBA_FRAME_V1 = Struct(
    "Vimba.FrameV1",
    Field("frameid", "u8", doc="frame id of the camera"),
    Field("timestamp", "u8", doc="device time stamp"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Vimba.AlviumConfigV1",),
    align=2,
)
