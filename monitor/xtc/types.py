"""THE TABLE: every payload type and version this project can read and write, one line each.

A new type costs one structure in ``monitor/xtc/layouts`` and one line here. Types without a line are kept as opaque bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.xtc.layout import Struct
from monitor.xtc.layouts import (
    acqiris,
    archon,
    area,
    beamline,
    camera,
    camera_config,
    ccd,
    control,
    cspad,
    cspad2x2,
    digitizer,
    ebeam,
    encoder,
    epics,
    epix,
    epix10ka,
    epix100a,
    evr,
    ipimb,
    jungfrau,
    pgp,
    pnccd,
    princeton,
    setup,
    spectrometer,
    timepix,
    timetool,
    uxi,
)


@dataclass(frozen=True, slots=True)
class PayloadType:
    """One type and version.

    Attributes
    ----------
    type_id, version
        From the type word of the XTC header; zero is a valid version.
    name
        Text name of the type as the original tools print it.
    struct
        The layout.
    is_config
        It is configuration: kept per source until replaced.
    """

    type_id: int
    version: int
    name: str
    struct: Struct
    is_config: bool = False

    @property
    def config(self) -> tuple[str, ...]:
        """Names of the configuration structures that can size this payload, oldest first; empty if none is needed."""
        return self.struct.config

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """Packed dtype of the payload, hidden fields included; None if its size varies."""
        return self.struct.dtype


_ENTRIES = (
    PayloadType(2, 1, "Frame", camera.FRAME_V1),
    PayloadType(3, 1, "AcqWaveform", acqiris.DATA_DESC_V1),
    PayloadType(4, 1, "AcqConfig", acqiris.CONFIG_V1, is_config=True),
    PayloadType(5, 1, "TwoDGaussian", camera.TWO_D_GAUSSIAN_V1),
    PayloadType(6, 1, "Opal1kConfig", camera_config.OPAL1K_CONFIG_V1, is_config=True),
    PayloadType(7, 1, "FrameFexConfig", camera.FRAME_FEX_CONFIG_V1, is_config=True),
    PayloadType(8, 1, "EvrConfig", evr.CONFIG_V1, is_config=True),
    PayloadType(8, 2, "EvrConfig", evr.CONFIG_V2, is_config=True),
    PayloadType(8, 3, "EvrConfig", evr.CONFIG_V3, is_config=True),
    PayloadType(8, 4, "EvrConfig", evr.CONFIG_V4, is_config=True),
    PayloadType(8, 5, "EvrConfig", evr.CONFIG_V5, is_config=True),
    PayloadType(8, 6, "EvrConfig", evr.CONFIG_V6, is_config=True),
    PayloadType(8, 7, "EvrConfig", evr.CONFIG_V7, is_config=True),
    PayloadType(9, 1, "TM6740Config", camera_config.TM6740_CONFIG_V1, is_config=True),
    PayloadType(9, 2, "TM6740Config", camera_config.TM6740_CONFIG_V2, is_config=True),
    PayloadType(10, 1, "RunControlConfig", control.CONFIG_V1, is_config=True),
    PayloadType(10, 2, "RunControlConfig", control.CONFIG_V2, is_config=True),
    PayloadType(10, 3, "RunControlConfig", control.CONFIG_V3, is_config=True),
    PayloadType(10, 4, "RunControlConfig", control.CONFIG_V4, is_config=True),
    PayloadType(11, 1, "pnCCDframe", pnccd.FRAMES_V1),
    PayloadType(12, 1, "pnCCDconfig", pnccd.CONFIG_V1, is_config=True),
    PayloadType(12, 2, "pnCCDconfig", pnccd.CONFIG_V2, is_config=True),
    PayloadType(14, 0, "FEEGasDetEnergy", beamline.FEE_GAS_DET_ENERGY),
    PayloadType(14, 1, "FEEGasDetEnergy", beamline.FEE_GAS_DET_ENERGY_V1),
    PayloadType(15, 0, "EBeamBld", ebeam.EBEAM_V0),
    PayloadType(15, 1, "EBeamBld", ebeam.EBEAM_V1),
    PayloadType(15, 2, "EBeamBld", ebeam.EBEAM_V2),
    PayloadType(15, 3, "EBeamBld", ebeam.EBEAM_V3),
    PayloadType(15, 4, "EBeamBld", ebeam.EBEAM_V4),
    PayloadType(15, 5, "EBeamBld", ebeam.EBEAM_V5),
    PayloadType(15, 6, "EBeamBld", ebeam.EBEAM_V6),
    PayloadType(15, 7, "EBeamBld", ebeam.EBEAM_V7),
    PayloadType(16, 0, "PhaseCavity", ebeam.PHASE_CAVITY),
    PayloadType(16, 1, "PhaseCavity", ebeam.PHASE_CAVITY_V1),
    PayloadType(17, 1, "PrincetonFrame", princeton.PRINCETON_FRAME_V1),
    PayloadType(17, 2, "PrincetonFrame", princeton.PRINCETON_FRAME_V2),
    PayloadType(18, 1, "PrincetonConfig", princeton.PRINCETON_CONFIG_V1, is_config=True),
    PayloadType(18, 2, "PrincetonConfig", princeton.PRINCETON_CONFIG_V2, is_config=True),
    PayloadType(18, 3, "PrincetonConfig", princeton.PRINCETON_CONFIG_V3, is_config=True),
    PayloadType(18, 4, "PrincetonConfig", princeton.PRINCETON_CONFIG_V4, is_config=True),
    PayloadType(18, 5, "PrincetonConfig", princeton.PRINCETON_CONFIG_V5, is_config=True),
    PayloadType(19, 3, "EvrData", evr.DATA_V3),
    PayloadType(19, 4, "EvrData", evr.DATA_V4),
    PayloadType(20, 1, "FrameFccdConfig", camera.FRAME_FCCD_CONFIG_V1, is_config=True),
    PayloadType(21, 1, "FccdConfig", area.FCCD_CONFIG_V1, is_config=True),
    PayloadType(21, 2, "FccdConfig", area.FCCD_CONFIG_V2, is_config=True),
    PayloadType(22, 1, "IpimbData", ipimb.IPIMB_DATA_V1),
    PayloadType(22, 2, "IpimbData", ipimb.IPIMB_DATA_V2),
    PayloadType(23, 1, "IpimbConfig", ipimb.IPIMB_CONFIG_V1, is_config=True),
    PayloadType(23, 2, "IpimbConfig", ipimb.IPIMB_CONFIG_V2, is_config=True),
    PayloadType(24, 1, "EncoderData", encoder.ENCODER_DATA_V1),
    PayloadType(24, 2, "EncoderData", encoder.ENCODER_DATA_V2),
    PayloadType(25, 1, "EncoderConfig", encoder.ENCODER_CONFIG_V1, is_config=True),
    PayloadType(25, 2, "EncoderConfig", encoder.ENCODER_CONFIG_V2, is_config=True),
    PayloadType(26, 1, "EvrIOConfig", evr.IO_CONFIG_V1, is_config=True),
    PayloadType(26, 2, "EvrIOConfig", evr.IO_CONFIG_V2, is_config=True),
    PayloadType(27, 1, "PrincetonInfo", princeton.INFO_V1),
    PayloadType(28, 1, "CspadElement", cspad.DATA_V1),
    PayloadType(28, 2, "CspadElement", cspad.DATA_V2),
    PayloadType(29, 1, "CspadConfig", cspad.CONFIG_V1, is_config=True),
    PayloadType(29, 2, "CspadConfig", cspad.CONFIG_V2, is_config=True),
    PayloadType(29, 3, "CspadConfig", cspad.CONFIG_V3, is_config=True),
    PayloadType(29, 4, "CspadConfig", cspad.CONFIG_V4, is_config=True),
    PayloadType(29, 5, "CspadConfig", cspad.CONFIG_V5, is_config=True),
    PayloadType(30, 1, "IpmFexConfig", ipimb.IPM_FEX_CONFIG_V1, is_config=True),
    PayloadType(30, 2, "IpmFexConfig", ipimb.IPM_FEX_CONFIG_V2, is_config=True),
    PayloadType(31, 1, "IpmFex", ipimb.IPM_FEX_V1),
    PayloadType(32, 1, "DiodeFexConfig", ipimb.DIODE_FEX_CONFIG_V1, is_config=True),
    PayloadType(32, 2, "DiodeFexConfig", ipimb.DIODE_FEX_CONFIG_V2, is_config=True),
    PayloadType(33, 1, "DiodeFex", ipimb.DIODE_FEX_V1),
    PayloadType(34, 1, "PimImageConfig", ipimb.PIM_IMAGE_CONFIG_V1, is_config=True),
    PayloadType(35, 0, "SharedIpimb", beamline.IPIMB_V0),
    PayloadType(35, 1, "SharedIpimb", beamline.IPIMB_V1),
    PayloadType(36, 1, "AcqTDCConfig", acqiris.TDC_CONFIG_V1, is_config=True),
    PayloadType(37, 1, "AcqTDCData", acqiris.TDC_DATA_V1),
    PayloadType(41, 1, "Cspad2x2Element", cspad2x2.ELEMENT_V1),
    PayloadType(42, 1, "SharedPIM", beamline.PIM_V1),
    PayloadType(43, 1, "Cspad2x2Config", cspad2x2.CONFIG_V1, is_config=True),
    PayloadType(43, 2, "Cspad2x2Config", cspad2x2.CONFIG_V2, is_config=True),
    PayloadType(46, 1, "Gsc16aiConfig", digitizer.GSC16AI_CONFIG_V1, is_config=True),
    PayloadType(47, 1, "Gsc16aiData", digitizer.GSC16AI_DATA_V1),
    PayloadType(49, 1, "TimepixConfig", timepix.CONFIG_V1, is_config=True),
    PayloadType(49, 2, "TimepixConfig", timepix.CONFIG_V2, is_config=True),
    PayloadType(49, 3, "TimepixConfig", timepix.CONFIG_V3, is_config=True),
    PayloadType(50, 1, "TimepixData", timepix.DATA_V1),
    PayloadType(50, 2, "TimepixData", timepix.DATA_V2),
    PayloadType(52, 1, "OceanOpticsConfig", spectrometer.CONFIG_V1, is_config=True),
    PayloadType(52, 2, "OceanOpticsConfig", spectrometer.CONFIG_V2, is_config=True),
    PayloadType(53, 1, "OceanOpticsData", spectrometer.DATA_V1),
    PayloadType(53, 2, "OceanOpticsData", spectrometer.DATA_V2),
    PayloadType(53, 3, "OceanOpticsData", spectrometer.DATA_V3),
    PayloadType(54, 1, "EpicsConfig", epics.CONFIG_V1, is_config=True),
    PayloadType(55, 1, "FliConfig", ccd.FLI_CONFIG_V1, is_config=True),
    PayloadType(56, 1, "FliFrame", ccd.FLI_FRAME_V1),
    PayloadType(57, 1, "QuartzConfig", camera_config.QUARTZ_CONFIG_V1, is_config=True),
    PayloadType(57, 2, "QuartzConfig", camera_config.QUARTZ_CONFIG_V2, is_config=True),
    PayloadType(60, 1, "AndorConfig", ccd.ANDOR_CONFIG_V1, is_config=True),
    PayloadType(60, 2, "AndorConfig", ccd.ANDOR_CONFIG_V2, is_config=True),
    PayloadType(61, 1, "AndorFrame", ccd.ANDOR_FRAME_V1),
    PayloadType(62, 1, "UsdUsbData", encoder.USD_USB_DATA_V1),
    PayloadType(63, 1, "UsdUsbConfig", encoder.USD_USB_CONFIG_V1, is_config=True),
    PayloadType(64, 0, "GMD", beamline.GMDV0),
    PayloadType(64, 1, "GMD", beamline.GMDV1),
    PayloadType(64, 2, "GMD", beamline.GMDV2),
    PayloadType(65, 1, "SharedAcqADC", beamline.ACQ_ADCV1),
    PayloadType(66, 1, "OrcaConfig", camera_config.ORCA_CONFIG_V1, is_config=True),
    PayloadType(67, 1, "ImpData", digitizer.IMP_ELEMENT_V1),
    PayloadType(68, 1, "ImpConfig", digitizer.IMP_CONFIG_V1, is_config=True),
    PayloadType(69, 1, "AliasConfig", setup.ALIAS_CONFIG_V1, is_config=True),
    PayloadType(70, 1, "L3TConfig", setup.L3_T_CONFIG_V1, is_config=True),
    PayloadType(71, 1, "L3TData", setup.L3_T_DATA_V1),
    PayloadType(71, 2, "L3TData", setup.L3_T_DATA_V2),
    PayloadType(72, 0, "Spectrometer", beamline.SPECTROMETER_V0),
    PayloadType(72, 1, "Spectrometer", beamline.SPECTROMETER_V1),
    PayloadType(73, 1, "RayonixConfig", area.RAYONIX_CONFIG_V1, is_config=True),
    PayloadType(73, 2, "RayonixConfig", area.RAYONIX_CONFIG_V2, is_config=True),
    PayloadType(74, 1, "EpixConfig", epix.CONFIG_V1, is_config=True),
    PayloadType(75, 1, "EpixElement", epix100a.ELEMENT_V1),
    PayloadType(75, 2, "EpixElement", epix100a.ELEMENT_V2),
    PayloadType(75, 3, "EpixElement", epix100a.ELEMENT_V3),
    PayloadType(76, 1, "EpixSamplerConfig", pgp.EPIX_SAMPLER_CONFIG_V1, is_config=True),
    PayloadType(77, 1, "EpixSamplerElement", pgp.EPIX_SAMPLER_ELEMENT_V1),
    PayloadType(78, 1, "EvsConfig", evr.SRC_CONFIG_V1, is_config=True),
    PayloadType(79, 1, "PartitionConfig", setup.PARTITION_CONFIG_V1, is_config=True),
    PayloadType(79, 2, "PartitionConfig", setup.PARTITION_CONFIG_V2, is_config=True),
    PayloadType(80, 1, "PimaxConfig", princeton.PIMAX_CONFIG_V1, is_config=True),
    PayloadType(81, 1, "PimaxFrame", princeton.PIMAX_FRAME_V1),
    PayloadType(82, 1, "Arraychar", digitizer.ARRAYCHAR_DATA_V1),
    PayloadType(83, 1, "Epix10kConfig", epix.CONFIG10_KV1, is_config=True),
    PayloadType(84, 1, "Epix100aConfig", epix100a.CONFIG100AV1, is_config=True),
    PayloadType(84, 2, "Epix100aConfig", epix100a.CONFIG100AV2, is_config=True),
    PayloadType(85, 1, "GenericPgpConfig", pgp.GENERIC_PGP_CONFIG_V1, is_config=True),
    PayloadType(86, 1, "TimeToolConfig", timetool.CONFIG_V1, is_config=True),
    PayloadType(86, 2, "TimeToolConfig", timetool.CONFIG_V2, is_config=True),
    PayloadType(86, 3, "TimeToolConfig", timetool.CONFIG_V3, is_config=True),
    PayloadType(87, 1, "TimeToolData", timetool.DATA_V1),
    PayloadType(87, 2, "TimeToolData", timetool.DATA_V2),
    PayloadType(87, 3, "TimeToolData", timetool.DATA_V3),
    PayloadType(88, 1, "EpixSConfig", epix.CONFIG_SV1, is_config=True),
    PayloadType(89, 1, "SmlDataConfig", setup.SML_DATA_CONFIG_V1, is_config=True),
    PayloadType(90, 1, "SmlDataOrigDgramOffset", setup.ORIG_DGRAM_OFFSET_V1),
    PayloadType(91, 1, "SmlDataProxy", setup.PROXY_V1),
    PayloadType(94, 1, "AnalogInput", beamline.ANALOG_INPUT_V1),
    PayloadType(96, 1, "Andor3dConfig", ccd.ANDOR3D_CONFIG_V1, is_config=True),
    PayloadType(97, 1, "Andor3dFrame", ccd.ANDOR3D_FRAME_V1),
    PayloadType(98, 1, "BeamMonitorBldData", beamline.BEAM_MONITOR_V1),
    PayloadType(99, 0, "Generic1DConfig", digitizer.GENERIC1_D_CONFIG_V0, is_config=True),
    PayloadType(100, 0, "Generic1DData", digitizer.GENERIC1_D_DATA_V0),
    PayloadType(101, 1, "UsdUsbFexConfig", encoder.FEX_CONFIG_V1, is_config=True),
    PayloadType(102, 1, "UsdUsbFexData", encoder.FEX_DATA_V1),
    PayloadType(103, 0, "EOrbits", ebeam.EORBITS_V0),
    PayloadType(104, 1, "SharedUsdUsb", beamline.USD_USB_V1),
    PayloadType(105, 1, "ControlsCameraConfig", camera.CONTROLS_CAMERA_CONFIG_V1, is_config=True),
    PayloadType(106, 1, "ArchonConfig", archon.CONFIG_V1, is_config=True),
    PayloadType(106, 2, "ArchonConfig", archon.CONFIG_V2, is_config=True),
    PayloadType(106, 3, "ArchonConfig", archon.CONFIG_V3, is_config=True),
    PayloadType(106, 4, "ArchonConfig", archon.CONFIG_V4, is_config=True),
    PayloadType(107, 1, "JungfrauConfig", jungfrau.CONFIG_V1, is_config=True),
    PayloadType(107, 2, "JungfrauConfig", jungfrau.CONFIG_V2, is_config=True),
    PayloadType(107, 3, "JungfrauConfig", jungfrau.CONFIG_V3, is_config=True),
    PayloadType(107, 4, "JungfrauConfig", jungfrau.CONFIG_V4, is_config=True),
    PayloadType(108, 1, "JungfrauElement", jungfrau.ELEMENT_V1),
    PayloadType(108, 2, "JungfrauElement", jungfrau.ELEMENT_V2),
    PayloadType(109, 0, "QuadAdcConfig", digitizer.QUAD_ADC_CONFIG_V1, is_config=True),
    PayloadType(110, 1, "ZylaConfig", ccd.ZYLA_CONFIG_V1, is_config=True),
    PayloadType(111, 1, "ZylaFrame", ccd.ZYLA_FRAME_V1),
    PayloadType(112, 1, "Epix10kaConfig", epix10ka.CONFIG10KAV1, is_config=True),
    PayloadType(112, 2, "Epix10kaConfig", epix10ka.CONFIG10KAV2, is_config=True),
    PayloadType(113, 1, "PixisConfig", princeton.PIXIS_CONFIG_V1, is_config=True),
    PayloadType(114, 1, "PixisFrame", princeton.PIXIS_FRAME_V1),
    PayloadType(115, 1, "UxiConfig", uxi.CONFIG_V1, is_config=True),
    PayloadType(115, 2, "UxiConfig", uxi.CONFIG_V2, is_config=True),
    PayloadType(115, 3, "UxiConfig", uxi.CONFIG_V3, is_config=True),
    PayloadType(116, 1, "UxiFrame", uxi.FRAME_V1),
    PayloadType(117, 1, "Epix10ka2MConfig", epix10ka.CONFIG10KA2MV1, is_config=True),
    PayloadType(117, 2, "Epix10ka2MConfig", epix10ka.CONFIG10KA2MV2, is_config=True),
    PayloadType(118, 1, "Epix10kaArray", epix10ka.ARRAY_V1),
    PayloadType(119, 1, "StreakConfig", area.STREAK_CONFIG_V1, is_config=True),
    PayloadType(120, 1, "Epix10kaQuadConfig", epix10ka.CONFIG10KA_QUAD_V1, is_config=True),
    PayloadType(120, 2, "Epix10kaQuadConfig", epix10ka.CONFIG10KA_QUAD_V2, is_config=True),
    PayloadType(121, 1, "iStarConfig", ccd.I_STAR_CONFIG_V1, is_config=True),
    PayloadType(122, 1, "AlviumConfig", area.ALVIUM_CONFIG_V1, is_config=True),
    PayloadType(123, 1, "VimbaFrame", area.VIMBA_FRAME_V1),
)

TYPES: Mapping[tuple[int, int], PayloadType] = {(entry.type_id, entry.version): entry for entry in _ENTRIES}
"""Type id and version to what is known of it."""

BY_STRUCT: Mapping[str, PayloadType] = {entry.struct.name: entry for entry in _ENTRIES}
"""Name of the structure (``Jungfrau.ConfigV3``) to the entry."""

EPICS_LAYOUTS: Mapping[int, Struct] = {
    14: epics.PV_TIME_STRING,
    15: epics.PV_TIME_SHORT,
    16: epics.PV_TIME_FLOAT,
    17: epics.PV_TIME_ENUM,
    18: epics.PV_TIME_CHAR,
    19: epics.PV_TIME_LONG,
    20: epics.PV_TIME_DOUBLE,
    28: epics.PV_CTRL_STRING,
    29: epics.PV_CTRL_SHORT,
    30: epics.PV_CTRL_FLOAT,
    31: epics.PV_CTRL_ENUM,
    32: epics.PV_CTRL_CHAR,
    33: epics.PV_CTRL_LONG,
    34: epics.PV_CTRL_DOUBLE,
}
"""DBR type (second int16 of the payload) to the layout of an EPICS value."""
