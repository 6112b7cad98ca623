"""Configurations of the cameras whose images are frames.

Source: the facility's data description of Opal1k, Orca, Pulnix, Quartz.
"""

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

TM6740_CONFIG_V1 = Struct(
    "Pulnix.TM6740ConfigV1",
    Field("gain_a_b", "u4", bits=(Bits("gain_a", 0, 16, "gain of tap A"), Bits("gain_b", 16, 16, "gain of tap B")), hidden=True),
    Field(
        "vref_shutter",
        "u4",
        bits=(Bits("vref", 0, 16, "reference voltage"), Bits("shutter_width", 16, 16, "shutter width")),
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
    Field("gain_a_b", "u4", bits=(Bits("gain_a", 0, 16, "gain of tap A"), Bits("gain_b", 16, 16, "gain of tap B")), hidden=True),
    Field(
        "vref_shutter",
        "u4",
        bits=(Bits("vref_a", 0, 10, "reference of tap A"), Bits("vref_b", 16, 10, "reference of tap B")),
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

OPAL1K_CONFIG_V1 = Struct(
    "Opal1k.ConfigV1",
    Field(
        "offsetAndGain",
        "u4",
        bits=(Bits("black_level", 0, 16, "black level before gain"), Bits("gain_percent", 16, 16, "gain in percent, 100 is x1")),
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
        bits=(Bits("black_level", 0, 16, "black level before gain"), Bits("gain_percent", 16, 16, "gain in percent, 100 is x1")),
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
    derived=OPAL1K_CONFIG_V1.derived,
)

QUARTZ_CONFIG_V2 = Struct(
    "Quartz.ConfigV2",
    Field(
        "offsetAndGain",
        "u4",
        bits=(Bits("black_level", 0, 16, "black level before gain"), Bits("gain_percent", 16, 16, "gain in percent, 100 is x1")),
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
    derived=OPAL1K_CONFIG_V1.derived,
)
