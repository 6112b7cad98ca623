"""Time tool: edge position and projections.

Source: the facility's data description of TimeTool.
"""

from monitor.xtc.layout import Bits, Derived, Field, Struct
from monitor.xtc.layouts.camera import FRAME_COORD

LOGIC_OP = {0: "L_OR", 1: "L_AND", 2: "L_OR_NOT", 3: "L_AND_NOT"}
AXIS = {0: "X", 1: "Y"}
EVENT_TYPE = {0: "Dark", 1: "Reference", 2: "Signal"}

EVENT_LOGIC = Struct(
    "TimeTool.EventLogic",
    Field(
        "Code",
        "u4",
        bits=(Bits("event_code", 0, 8, "event code"), Bits("logic_op", 8, 2, "0 OR, 1 AND, 2 OR NOT, 3 AND NOT", enum=LOGIC_OP)),
        hidden=True,
    ),
)

CONFIG_V1 = Struct(
    "TimeTool.ConfigV1",
    Field(
        "Control",
        "u4",
        bits=(
            Bits("project_axis", 0, 1, "0 x, 1 y", enum=AXIS),
            Bits("write_image", 1, 1, "raw image recorded"),
            Bits("write_projections", 2, 1, "projections recorded"),
            Bits("subtract_sideband", 3, 1, "sideband subtracted"),
            Bits("number_of_weights", 4, 16, "number of filter weights"),
            Bits("calib_poly_dim", 20, 4, "number of polynomial terms"),
            Bits("base_name_length", 24, 8, "bytes of the PV base name"),
        ),
        hidden=True,
    ),
    Field("number_of_beam_event_codes", "u2", doc="number of beam codes"),
    Field("number_of_laser_event_codes", "u2", doc="number of laser codes"),
    Field("signal_cut", "u4", doc="minimum projected signal"),
    Field("sig_roi_lo", FRAME_COORD, doc="signal ROI start"),
    Field("sig_roi_hi", FRAME_COORD, doc="signal ROI end, inclusive"),
    Field("sb_roi_lo", FRAME_COORD, doc="sideband ROI start"),
    Field("sb_roi_hi", FRAME_COORD, doc="sideband ROI end, inclusive"),
    Field("sb_convergence", "f8", doc="sideband averaging factor"),
    Field("ref_convergence", "f8", doc="reference averaging factor"),
    Field("beam_logic", EVENT_LOGIC, ("number_of_beam_event_codes",), doc="beam codes"),
    Field("laser_logic", EVENT_LOGIC, ("number_of_laser_event_codes",), doc="laser codes"),
    Field("weights", "f8", ("number_of_weights",), doc="filter weights"),
    Field("calib_poly", "f8", ("calib_poly_dim",), doc="pixel to time polynomial, constant first"),
    Field("base_name", "S1", ("base_name_length",), doc="PV base name (not NUL terminated)"),
    derived=(
        Derived("signal_projection_size", "span(sig_roi_lo, sig_roi_hi) if write_projections else 0"),
        Derived("sideband_projection_size", "span(sb_roi_lo, sb_roi_hi) if write_projections and subtract_sideband else 0"),
        Derived("span", "(hi.column - lo.column if project_axis == 0 else hi.row - lo.row) + 1", arguments=("lo", "hi")),
    ),
)

CONFIG_V2 = Struct(
    "TimeTool.ConfigV2",
    Field(
        "Control",
        "u4",
        bits=(
            Bits("project_axis", 0, 1, "0 x, 1 y", enum=AXIS),
            Bits("write_image", 1, 1, "raw image recorded"),
            Bits("write_projections", 2, 1, "projections recorded"),
            Bits("subtract_sideband", 3, 1, "sideband subtracted"),
            Bits("use_reference_roi", 4, 1, "separate reference ROI"),
            Bits("number_of_weights", 5, 16, "number of filter weights"),
            Bits("calib_poly_dim", 21, 4, "number of polynomial terms"),
            Bits("base_name_length", 25, 7, "bytes of the PV base name"),
        ),
        hidden=True,
    ),
    Field("number_of_beam_event_codes", "u2", doc="number of beam codes"),
    Field("number_of_laser_event_codes", "u2", doc="number of laser codes"),
    Field("signal_cut", "u4", doc="minimum projected signal"),
    Field("sig_roi_lo", FRAME_COORD, doc="signal ROI start"),
    Field("sig_roi_hi", FRAME_COORD, doc="signal ROI end, inclusive"),
    Field("sb_roi_lo", FRAME_COORD, doc="sideband ROI start"),
    Field("sb_roi_hi", FRAME_COORD, doc="sideband ROI end, inclusive"),
    Field("sb_convergence", "f8", doc="sideband averaging factor"),
    Field("ref_roi_lo", FRAME_COORD, doc="reference ROI start"),
    Field("ref_roi_hi", FRAME_COORD, doc="reference ROI end, inclusive"),
    Field("ref_convergence", "f8", doc="reference averaging factor"),
    Field("beam_logic", EVENT_LOGIC, ("number_of_beam_event_codes",), doc="beam codes"),
    Field("laser_logic", EVENT_LOGIC, ("number_of_laser_event_codes",), doc="laser codes"),
    Field("weights", "f8", ("number_of_weights",), doc="filter weights"),
    Field("calib_poly", "f8", ("calib_poly_dim",), doc="pixel to time polynomial, constant first"),
    Field("base_name", "S1", ("base_name_length",), doc="PV base name (not NUL terminated)"),
    derived=(
        Derived("signal_projection_size", "span(sig_roi_lo, sig_roi_hi) if write_projections else 0"),
        Derived("sideband_projection_size", "span(sb_roi_lo, sb_roi_hi) if write_projections and subtract_sideband else 0"),
        Derived("reference_projection_size", "span(ref_roi_lo, ref_roi_hi) if write_projections and use_reference_roi else 0"),
        Derived("span", "(hi.column - lo.column if project_axis == 0 else hi.row - lo.row) + 1", arguments=("lo", "hi")),
    ),
)

CONFIG_V3 = Struct(
    "TimeTool.ConfigV3",
    Field(
        "Control",
        "u8",
        bits=(
            Bits("project_axis", 0, 1, "0 x, 1 y", enum=AXIS),
            Bits("use_full_roi", 1, 1, "whole ROI recorded instead of projections"),
            Bits("use_fit", 2, 1, "fit instead of filter"),
            Bits("write_image", 3, 1, "raw image recorded"),
            Bits("write_projections", 4, 1, "projections recorded"),
            Bits("subtract_sideband", 5, 1, "sideband subtracted"),
            Bits("use_reference_roi", 6, 1, "separate reference ROI"),
            Bits("number_of_weights", 7, 16, "number of filter weights"),
            Bits("calib_poly_dim", 23, 4, "number of polynomial terms"),
            Bits("fit_params_dim", 27, 4, "number of fit parameters"),
            Bits("base_name_length", 31, 8, "bytes of the PV base name"),
        ),
        hidden=True,
    ),
    Field("number_of_beam_event_codes", "u2", doc="number of beam codes"),
    Field("number_of_laser_event_codes", "u2", doc="number of laser codes"),
    Field("signal_cut", "u4", doc="minimum projected signal"),
    Field("fit_max_iterations", "u4", doc="fit iterations"),
    Field("fit_weights_factor", "f8", doc="fit weight factor"),
    Field("sig_roi_lo", FRAME_COORD, doc="signal ROI start"),
    Field("sig_roi_hi", FRAME_COORD, doc="signal ROI end, inclusive"),
    Field("sb_roi_lo", FRAME_COORD, doc="sideband ROI start"),
    Field("sb_roi_hi", FRAME_COORD, doc="sideband ROI end, inclusive"),
    Field("sb_convergence", "f8", doc="sideband averaging factor"),
    Field("ref_roi_lo", FRAME_COORD, doc="reference ROI start"),
    Field("ref_roi_hi", FRAME_COORD, doc="reference ROI end, inclusive"),
    Field("ref_convergence", "f8", doc="reference averaging factor"),
    Field("beam_logic", EVENT_LOGIC, ("number_of_beam_event_codes",), doc="beam codes"),
    Field("laser_logic", EVENT_LOGIC, ("number_of_laser_event_codes",), doc="laser codes"),
    Field("weights", "f8", ("number_of_weights",), doc="filter weights"),
    Field("calib_poly", "f8", ("calib_poly_dim",), doc="pixel to time polynomial, constant first"),
    Field("fit_params", "f8", ("fit_params_dim",), doc="start values of the fit"),
    Field("base_name", "S1", ("base_name_length",), doc="PV base name (not NUL terminated)"),
    derived=(
        Derived("signal_x_size", "(sig_roi_hi.column - sig_roi_lo.column + 1) if (write_projections and use_full_roi) else 0"),
        Derived("signal_y_size", "(sig_roi_hi.row - sig_roi_lo.row + 1) if (write_projections and use_full_roi) else 0"),
        Derived("signal_size", "signal_x_size * signal_y_size"),
        Derived(
            "sideband_x_size",
            "(sb_roi_hi.column - sb_roi_lo.column + 1) if (write_projections and subtract_sideband and use_full_roi) else 0",
        ),
        Derived(
            "sideband_y_size",
            "(sb_roi_hi.row - sb_roi_lo.row + 1) if (write_projections and subtract_sideband and use_full_roi) else 0",
        ),
        Derived("sideband_size", "sideband_x_size * sideband_y_size"),
        Derived("reference_x_size", "(ref_roi_hi.column - ref_roi_lo.column + 1) if (write_projections and use_full_roi) else 0"),
        Derived("reference_y_size", "(ref_roi_hi.row - ref_roi_lo.row + 1) if (write_projections and use_full_roi) else 0"),
        Derived("reference_size", "reference_x_size * reference_y_size"),
        Derived("signal_projection_size", "span(sig_roi_lo, sig_roi_hi) if write_projections and not use_full_roi else 0"),
        Derived(
            "sideband_projection_size",
            "span(sb_roi_lo, sb_roi_hi) if write_projections and subtract_sideband and not use_full_roi else 0",
        ),
        Derived("reference_projection_size", "span(ref_roi_lo, ref_roi_hi) if write_projections and not use_full_roi else 0"),
        Derived("span", "(hi.column - lo.column if project_axis == 0 else hi.row - lo.row) + 1", arguments=("lo", "hi")),
    ),
)

DATA_V1 = Struct(
    "TimeTool.DataV1",
    Field("event_type", "u4", doc="0 dark, 1 reference (no beam), 2 signal", enum=EVENT_TYPE),
    Field("z", "u4", hidden=True),
    Field("amplitude", "f8", doc="amplitude of the edge"),
    Field("position_pixel", "f8", unit="pixel", doc="edge position"),
    Field("position_time", "f8", doc="edge position, calibrated time"),
    Field("position_fwhm", "f8", unit="pixel", doc="edge width"),
    Field("ref_amplitude", "f8", doc="reference amplitude at the edge"),
    Field("nxt_amplitude", "f8", doc="amplitude of the next edge"),
    Field("projected_signal", "i4", ("config.signal_projection_size",), doc="projected signal"),
    Field("projected_sideband", "i4", ("config.sideband_projection_size",), doc="projected sideband"),
    config=("TimeTool.ConfigV1",),
    align=8,
)

DATA_V2 = Struct(
    "TimeTool.DataV2",
    Field("event_type", "u4", doc="0 dark, 1 reference (no beam), 2 signal", enum=EVENT_TYPE),
    Field("z", "u4", hidden=True),
    Field("amplitude", "f8", doc="amplitude of the edge"),
    Field("position_pixel", "f8", unit="pixel", doc="edge position"),
    Field("position_time", "f8", doc="edge position, calibrated time"),
    Field("position_fwhm", "f8", unit="pixel", doc="edge width"),
    Field("ref_amplitude", "f8", doc="reference amplitude at the edge"),
    Field("nxt_amplitude", "f8", doc="amplitude of the next edge"),
    Field("projected_signal", "i4", ("config.signal_projection_size",), doc="projected signal"),
    Field("projected_sideband", "i4", ("config.sideband_projection_size",), doc="projected sideband"),
    Field("projected_reference", "i4", ("config.reference_projection_size",), doc="projected reference"),
    config=("TimeTool.ConfigV2",),
    align=8,
)

DATA_V3 = Struct(
    "TimeTool.DataV3",
    Field("event_type", "u4", doc="0 dark, 1 reference (no beam), 2 signal", enum=EVENT_TYPE),
    Field("z", "u4", hidden=True),
    Field("amplitude", "f8", doc="amplitude of the edge"),
    Field("position_pixel", "f8", unit="pixel", doc="edge position"),
    Field("position_time", "f8", doc="edge position, calibrated time"),
    Field("position_fwhm", "f8", unit="pixel", doc="edge width"),
    Field("ref_amplitude", "f8", doc="reference amplitude at the edge"),
    Field("nxt_amplitude", "f8", doc="amplitude of the next edge"),
    Field("projected_signal", "i4", ("config.signal_projection_size",), doc="projected signal"),
    Field("projected_sideband", "i4", ("config.sideband_projection_size",), doc="projected sideband"),
    Field("projected_reference", "i4", ("config.reference_projection_size",), doc="projected reference"),
    Field("full_signal", "i4", ("config.signal_y_size", "config.signal_x_size"), doc="signal ROI"),
    Field("full_sideband", "i4", ("config.sideband_y_size", "config.sideband_x_size"), doc="sideband ROI"),
    Field("full_reference", "i4", ("config.reference_y_size", "config.reference_x_size"), doc="reference ROI"),
    config=("TimeTool.ConfigV3",),
    align=8,
)
