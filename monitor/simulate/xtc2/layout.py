"""Blocks of names of the simulated run; fields, types and versions as the facility's recorders write them now."""

from monitor.xtc2.header import names_id
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout

F = FieldType
BEAM_NODE, LEFT_NODE, RIGHT_NODE, SLOW_NODE, WAVE_NODE = range(1, 6)
RUN_INFO_INDEX, SCAN_INDEX = 255, 253
SEGMENTS = 4
CHANNELS = 2

RUN_INFO = Layout(
    names_id=names_id(BEAM_NODE, RUN_INFO_INDEX),
    det_type="runinfo",
    det_name="runinfo",
    algorithm="runinfo",
    version=(0, 0, 1),
    fields={"expt": (F.CHARSTR, 1), "runnum": (F.UINT32, 0)},
)
SCAN = Layout(
    names_id=names_id(0, SCAN_INDEX),
    det_type="scan",
    det_name="scan",
    version=(2, 0, 0),
    fields={"step_value": (F.INT64, 0), "delay": (F.DOUBLE, 0), "step_docstring": (F.CHARSTR, 1)},
)
EPICS = Layout(
    names_id=names_id(BEAM_NODE, 3),
    det_type="epics",
    det_name="epics",
    version=(2, 0, 0),
    fields={"StaleFlags": (F.UINT32, 1), "sample_x": (F.DOUBLE, 0), "gas_pressure": (F.DOUBLE, 0)},
)
EPICS_INFO = Layout(
    names_id=names_id(BEAM_NODE, 4),
    det_type="epicsinfo",
    det_name="epicsinfo",
    algorithm="epicsinfo",
    version=(1, 0, 0),
    fields={"keys": (F.CHARSTR, 1), "sample_x": (F.CHARSTR, 1), "gas_pressure": (F.CHARSTR, 1)},
)
TIMING = Layout(
    names_id=names_id(BEAM_NODE, 1),
    det_type="ts",
    det_name="timing",
    version=(2, 1, 0),
    fields={
        "pulseId": (F.UINT64, 0),
        "timeStamp": (F.UINT64, 0),
        "fixedRates": (F.UINT8, 1),
        "acRates": (F.UINT8, 1),
        "timeSlot": (F.UINT8, 0),
        "timeSlotPhase": (F.UINT16, 0),
        "ebeamPresent": (F.UINT8, 0),
        "ebeamDestn": (F.UINT8, 0),
        "ebeamCharge": (F.UINT16, 0),
        "ebeamEnergy": (F.UINT16, 1),
        "xWavelength": (F.UINT16, 1),
        "dmod5": (F.UINT16, 0),
        "mpsLimits": (F.UINT8, 1),
        "mpsPowerClass": (F.UINT8, 1),
        "sequenceValues": (F.UINT16, 1),
        "inhibitCounts": (F.UINT32, 1),
    },
)
GMD = Layout(
    names_id=names_id(BEAM_NODE, 2),
    det_type="gmd",
    det_name="gmd",
    version=(2, 1, 0),
    fields={
        "energy": (F.DOUBLE, 0),
        "xpos": (F.DOUBLE, 0),
        "ypos": (F.DOUBLE, 0),
        "avgIntensity": (F.DOUBLE, 0),
        "rmsElectronSum": (F.INT64, 0),
        "electron1BkgNoiseAvg": (F.INT16, 0),
        "electron2BkgNoiseAvg": (F.INT16, 0),
    },
)
JUNGFRAU = Layout(
    names_id=names_id(SLOW_NODE, 1),
    det_type="jungfrau",
    det_name="jungfrau",
    det_id="jf-0001",
    version=(0, 2, 0),
    fields={
        "raw": (F.UINT16, 3),
        "frame_cnt": (F.UINT64, 0),
        "timestamp": (F.UINT64, 0),
        "hotPixelThresh": (F.UINT16, 0),
        "numHotPixels": (F.UINT32, 0),
        "maxHotPixels": (F.UINT32, 0),
    },
)
EPIX = tuple(
    Layout(
        names_id=names_id(node, 1 + segment),
        det_type="epix10ka",
        det_name="epixquad",
        det_id=f"panel-{segment}",
        segment=segment,
        version=(2, 0, 1),
        fields={"raw": (F.UINT16, 2), "aux": (F.UINT16, 2)},
    )
    for segment, node in enumerate((LEFT_NODE, LEFT_NODE, RIGHT_NODE, RIGHT_NODE))
)
EPIX_CONFIG = tuple(
    Layout(
        names_id=one.names_id + 0x10,
        det_type="epix10ka",
        det_name="epixquad",
        det_id=one.det_id,
        segment=one.segment,
        algorithm="config",
        version=(2, 0, 0),
        fields={"asicPixelConfig": (F.UINT8, 3), "trbit": (F.UINT8, 1)},
    )
    for one in EPIX
)
HSD = tuple(
    Layout(
        names_id=names_id(WAVE_NODE, 1 + segment),
        det_type="hsd",
        det_name="hsd",
        det_id=f"digitizer-{segment}",
        segment=segment,
        version=(2, 0, 0),
        fields={"eventHeader": (F.UINT32, 1), "chan00": (F.UINT8, 1)},
    )
    for segment in range(CHANNELS)
)
HSD_CONFIG = tuple(
    Layout(
        names_id=one.names_id + 0x10,
        det_type="hsd",
        det_name="hsd",
        det_id=one.det_id,
        segment=one.segment,
        algorithm="config",
        version=(2, 0, 0),
        fields={
            "user.raw.gate_ns": (F.UINT32, 0),
            "user.fex.gate_ns": (F.UINT32, 0),
            "user.fex.ymin": (F.UINT32, 0),
            "user.fex.ymax": (F.UINT32, 0),
        },
    )
    for one in HSD
)

STREAMS: tuple[tuple[Layout, ...], ...] = (
    (RUN_INFO, TIMING, GMD, SCAN, EPICS, EPICS_INFO),
    (*EPIX[:2], *EPIX_CONFIG[:2]),
    (*EPIX[2:], *EPIX_CONFIG[2:]),
    (JUNGFRAU,),
    (*HSD, *HSD_CONFIG),
)
"""What each stream holds; the fourth has its frames every few events only."""
