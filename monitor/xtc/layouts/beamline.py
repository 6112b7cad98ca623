"""Beam-line data: gas detectors, monitors, spectrometers, shared devices.

Source: the facility's data description of Bld.
"""

from monitor.xtc.layout import Field, Struct, fields_of
from monitor.xtc.layouts.acqiris import CONFIG_V1, DATA_DESC_V1
from monitor.xtc.layouts.camera import FRAME_V1
from monitor.xtc.layouts.camera_config import TM6740_CONFIG_V2
from monitor.xtc.layouts.encoder import FEX_CONFIG_V1, FEX_DATA_V1, USD_USB_CONFIG_V1, USD_USB_DATA_V1
from monitor.xtc.layouts.ipimb import (
    IPIMB_CONFIG_V1,
    IPIMB_CONFIG_V2,
    IPIMB_DATA_V1,
    IPIMB_DATA_V2,
    IPM_FEX_V1,
    PIM_IMAGE_CONFIG_V1,
)

FEE_GAS_DET_ENERGY = Struct(
    "Bld.BldDataFEEGasDetEnergy",
    Field("f_11_ENRC", "f8", unit="mJ", doc="pulse energy before attenuation, first tube"),
    Field("f_12_ENRC", "f8", unit="mJ", doc="pulse energy before attenuation, second tube"),
    Field("f_21_ENRC", "f8", unit="mJ", doc="pulse energy after attenuation, first tube"),
    Field("f_22_ENRC", "f8", unit="mJ", doc="pulse energy after attenuation, second tube"),
)

FEE_GAS_DET_ENERGY_V1 = Struct(
    "Bld.BldDataFEEGasDetEnergyV1",
    *fields_of(FEE_GAS_DET_ENERGY),
    Field("f_63_ENRC", "f8", unit="mJ", doc="pulse energy after attenuation, small-signal range, first tube"),
    Field("f_64_ENRC", "f8", unit="mJ", doc="pulse energy after attenuation, small-signal range, second tube"),
)

IPIMB_V0 = Struct(
    "Bld.BldDataIpimbV0",
    Field("ipimbData", IPIMB_DATA_V1, doc="embedded IPIMB data"),
    Field("ipimbConfig", IPIMB_CONFIG_V1, doc="embedded IPIMB configuration"),
    Field("ipmFexData", IPM_FEX_V1, doc="embedded IPM feature data"),
)

IPIMB_V1 = Struct(
    "Bld.BldDataIpimbV1",
    Field("ipimbData", IPIMB_DATA_V2, doc="embedded IPIMB data"),
    Field("ipimbConfig", IPIMB_CONFIG_V2, doc="embedded IPIMB configuration"),
    Field("ipmFexData", IPM_FEX_V1, doc="embedded IPM feature data"),
)

PIM_V1 = Struct(
    "Bld.BldDataPimV1",
    Field("camConfig", TM6740_CONFIG_V2, doc="embedded camera configuration"),
    Field("pimConfig", PIM_IMAGE_CONFIG_V1, doc="embedded PIM scale"),
    Field("frame", FRAME_V1, doc="embedded camera frame"),
)

USD_USB_V1 = Struct(
    "Bld.BldDataUsdUsbV1",
    Field("config", USD_USB_CONFIG_V1, doc="embedded configuration"),
    Field("fexConfig", FEX_CONFIG_V1, doc="embedded feature configuration"),
    Field("data", USD_USB_DATA_V1, doc="the data array"),
    Field("fexData", FEX_DATA_V1, doc="embedded feature data"),
)

GMDV0 = Struct(
    "Bld.BldDataGMDV0",
    Field("gasType", "S1", (32,), doc="gas name"),
    Field("pressure", "f8", doc="gas pressure"),
    Field("temperature", "f8", doc="gas temperature"),
    Field("current", "f8", doc="electrometer current"),
    Field("hvMeshElectron", "f8", doc="electron mesh voltage"),
    Field("hvMeshIon", "f8", doc="ion mesh voltage"),
    Field("hvMultIon", "f8", doc="multiplier voltage"),
    Field("chargeQ", "f8", doc="charge"),
    Field("photonEnergy", "f8", doc="photon energy"),
    Field("multPulseIntensity", "f8", doc="intensity from the multiplier"),
    Field("keithleyPulseIntensity", "f8", doc="intensity from the ion current"),
    Field("pulseEnergy", "f8", doc="pulse energy from the multiplier"),
    Field("pulseEnergyFEE", "f8", doc="pulse energy from the FEE gas detector"),
    Field("transmission", "f8", doc="transmission from the multiplier"),
    Field("transmissionFEE", "f8", doc="transmission from the FEE gas detector"),
    Field("fSpare6", "f8", hidden=True),
)

GMDV1 = Struct(
    "Bld.BldDataGMDV1",
    Field("milliJoulesPerPulse", "f8", unit="mJ", doc="pulse energy"),
    Field("milliJoulesAverage", "f8", unit="mJ", doc="mean pulse energy from the ion current"),
    Field("correctedSumPerPulse", "f8", unit="counts", doc="background-corrected waveform sum"),
    Field("bgValuePerSample", "f8", unit="counts", doc="mean background per sample"),
    Field("relativeEnergyPerPulse", "f8", doc="relative pulse energy, arbitrary units (the stable one)"),
    Field("fSpare1", "f8", hidden=True),
)

GMDV2 = Struct(
    "Bld.BldDataGMDV2",
    Field("milliJoulesPerPulse", "f8", unit="mJ", doc="pulse energy"),
    Field("milliJoulesAverage", "f8", unit="mJ", doc="mean pulse energy from the ion current"),
    Field("sumAllPeaksFiltBkgd", "f8", doc="sum of peaks, filtered background"),
    Field("rawAvgBkgd", "f8", unit="counts", doc="mean background"),
    Field("relativeEnergyPerPulse", "f8", doc="relative pulse energy, arbitrary units (the stable one)"),
    Field("sumAllPeaksRawBkgd", "f8", doc="sum of peaks, raw background"),
)

ACQ_ADCV1 = Struct(
    "Bld.BldDataAcqADCV1",
    Field("config", CONFIG_V1, doc="embedded configuration"),
    Field("data", DATA_DESC_V1, doc="the data array"),
)

SPECTROMETER_V0 = Struct(
    "Bld.BldDataSpectrometerV0",
    Field("hproj", "u4", (1024,), doc="projection on the energy axis"),
    Field("vproj", "u4", (256,), doc="projection on the other axis"),
)

SPECTROMETER_V1 = Struct(
    "Bld.BldDataSpectrometerV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("hproj_y1", "u4", doc="first row projected"),
    Field("hproj_y2", "u4", doc="last row projected"),
    Field("comRaw", "f8", doc="centre of mass, no baseline removed"),
    Field("baseline", "f8", doc="baseline level"),
    Field("com", "f8", doc="centre of mass, baseline removed"),
    Field("integral", "f8", doc="integral of the spectrum"),
    Field("nPeaks", "u4", doc="number of fitted peaks"),
    Field("hproj", "i4", ("width",), doc="projection on the energy axis"),
    Field("peakPos", "f8", ("nPeaks",), doc="peak positions"),
    Field("peakHeight", "f8", ("nPeaks",), doc="peak heights"),
    Field("FWHM", "f8", ("nPeaks",), doc="peak widths (FWHM)"),
)

ANALOG_INPUT_V1 = Struct(
    "Bld.BldDataAnalogInputV1",
    Field("numChannels", "u4", doc="number of channels"),
    Field("channelVoltages", "f8", ("numChannels",), unit="V", doc="voltage per channel"),
)

BEAM_MONITOR_V1 = Struct(
    "Bld.BldDataBeamMonitorV1",
    Field("TotalIntensity", "f8", unit="J", doc="total intensity"),
    Field("X_Position", "f8", unit="m", doc="beam x"),
    Field("Y_Position", "f8", unit="m", doc="beam y"),
    Field("peakA", "f8", (16,), doc="peak amplitude per channel"),
    Field("peakT", "u2", (16,), doc="sample index of the peak per channel"),
)
