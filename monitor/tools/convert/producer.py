"""Producer configurations of smalldata_tools, of both generations, as settings: which function means which feature.

The functions and their values: smalldata_tools, ``lcls1_producers/smd_producer.py`` and ``lcls2_producers/smd_producer.py``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError
from monitor.tools.convert.document import document
from monitor.tools.convert.feature import Catalog, Feature, checked
from monitor.tools.convert.reading import Reading
from monitor.tools.convert.value import NotPlain, Unknown

Make = Callable[[Any], Iterator[Feature]]


@dataclass(frozen=True, slots=True)
class Converted:
    """A configuration as settings.

    Attributes
    ----------
    text
        TOML, with what was not understood as comments.
    notes
        The same as sentences; empty if everything was understood.
    """

    text: str
    notes: tuple[str, ...]


def converted(path: Path, run: int, catalog: Catalog) -> Converted:
    """Settings out of a configuration.

    Parameters
    ----------
    path
        The Python file; it is read, not executed.
    run
        Run number that its functions are asked for.
    catalog
        What features there are.

    Raises
    ------
    ConfigError
        If it cannot be read, or names no detectors.
    """
    try:
        return _converted(Reading(path), run, catalog)
    except RecursionError as error:
        raise ConfigError("has values that contain themselves, or are nested too deeply", file=str(path)) from error


def _converted(reading: Reading, run: int, catalog: Catalog) -> Converted:
    detectors = _names(reading, "detnames", "detectors")
    if detectors is None:
        raise ConfigError("names no detectors: there is neither detnames nor detectors in it", file=str(reading.path))
    found: dict[str, list[Feature]] = {name: [] for name in detectors}
    sums: dict[str, Any] = {}
    notes: list[str] = []
    for function in reading.functions:
        value = _asked(reading, function, run, notes)
        if function in SUMS:
            sums |= value
        elif function in FEATURES:
            _take(function, _by_detector(function, value, detectors), found, catalog, notes)
        elif value:
            notes.append(_elsewhere(function))
    remarks = [*_lists(reading), *(f"not converted: {note}" for note in (*reading.notes, *notes))]
    text = document(reading.path.name, run, found, _sums(sums, found, notes), remarks)
    return Converted(text, (*reading.notes, *notes))


def _names(reading: Reading, *names: str) -> list[str] | None:
    """Detectors that the file lists, each once."""
    for name in names:
        value = reading.names.get(name)
        if isinstance(value, list | tuple):
            return list(dict.fromkeys(item for item in value if isinstance(item, str)))
    return None


def _asked(reading: Reading, function: str, run: int, notes: list[str]) -> dict[str, Any]:
    """What a function of the file says about this run."""
    try:
        value = reading.result(function, run)
    except NotPlain:
        value = Unknown(f"the function {function}", reading.functions[function].lineno)
    if isinstance(value, dict):
        return value
    if value is not None and function in {*FEATURES, *SUMS}:
        notes.append(f"{function}: what it returns is not understood")
    return {} if value is None or function in {*FEATURES, *SUMS} else {"": value}


def _take(function: str, value: Mapping[str, Any], found: dict[str, list[Feature]], catalog: Catalog, notes: list[str]) -> None:
    """Add the features that one function asks for."""
    for detector, arguments in value.items():
        if detector not in found:
            close = get_close_matches(str(detector), found, n=1, cutoff=0.5)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            notes.append(f"{function}: {detector} is not in the list of detectors{hint}")
            continue
        where = f"{detector}, {function}"
        try:
            made = list(FEATURES[function](arguments))
        except (TypeError, ValueError, LookupError, AttributeError, NotPlain):
            notes.append(f"{where}: what it says is not understood")
            continue
        found[detector] += [checked(feature, where, catalog, notes.append) for feature in made]
    for features in found.values():
        _tell_apart(features)


def _tell_apart(features: list[Feature]) -> None:
    """Number features that would give the same fields; the original kept only the last of them."""
    taken: set[tuple[str, Any]] = set()
    for feature in features:
        name, number = feature.given.get("name"), 0
        while (feature.kind, feature.given.get("name")) in taken:
            number += 1
            feature.given["name"] = f"{name or feature.kind.removesuffix('Func')}_{number}"
        taken.add((feature.kind, feature.given.get("name")))


def _by_detector(function: str, value: dict[str, Any], detectors: list[str]) -> dict[str, Any]:
    """The old form of azimuthal settings names detectors in its keys: ``cspad_center``; the other keys are of all."""
    if function != "getAzIntParams" or any(name in value for name in detectors):
        return value
    shared = {key: item for key, item in value.items() if key in ("eBeam", "Pplane", "qbin", "phiBins", "tx", "ty")}
    own = {
        name: {key.removeprefix(f"{name}_"): item for key, item in value.items() if str(key).startswith(f"{name}_")}
        for name in detectors
    }
    of_all = {name: shared | keys for name, keys in own.items() if keys}
    return of_all or ({detectors[0]: value} if "center" in value and len(detectors) == 1 else value)


def _each(value: Any) -> list[Any]:
    """A list of settings, or the one that stands for such a list."""
    return [value] if isinstance(value, dict) else list(value)


def _plain(kind: str) -> Make:
    def make(value: Any) -> Iterator[Feature]:
        return (Feature(kind, dict(given)) for given in _each(value))

    return make


def _rois(value: Any) -> Iterator[Feature]:
    """Rectangles; their projections; the channels of a digitizer; and the old form with one list of rectangles."""
    if isinstance(value, dict) and "ROIs" in value:
        shared = {key: item for key, item in value.items() if key != "ROIs"}
        value = [{"ROI": roi, "name": f"ROI_{i}", **shared} for i, roi in enumerate(value["ROIs"])]
    elif isinstance(value, dict) and value and all(_bounds(item) for item in value.values()):
        channels = [Feature("hsdROIFunc", {"name": f"{key}__ROI", "ROI": roi, "writeArea": True}) for key, roi in value.items()]
        yield Feature("hsdsplitFunc", {"writeHsd": False}, channels)
        return
    for given in _each(value):
        own = {key: item for key, item in given.items() if key not in ("pj", "proj_ax")}
        axes = given.get("proj_ax")
        projections = [{"axis": axis} for axis in (axes if isinstance(axes, list | tuple) else [axes]) if axis is not None]
        projections += [dict(item) for item in given.get("pj") or ()]
        yield Feature("ROIFunc", own, [Feature("projectionFunc", item) for item in projections])


def _bounds(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(item, int) for item in value)


def _droplets(value: Any) -> Iterator[Feature]:
    for given in _each(value):
        own = {key: item for key, item in given.items() if key != "nData"}
        yield Feature("dropletFunc", own, [_sparse(given)])


def _droplet_photons(value: Any) -> Iterator[Feature]:
    for given in _each(value):
        droplet = {key: item for key, item in dict(given["droplet"]).items() if key != "nData"}
        photons = Feature("droplet2Photons", dict(given["d2p"]), [_sparse(given)])
        if given.get("get_photon_img"):
            photons.children.append(Feature("unsparsifyFunc", {}, [Feature("ROIFunc", {"name": "img", "writeArea": True})]))
        yield Feature("dropletFunc", droplet, [photons])


def _sparse(given: Mapping[str, Any]) -> Feature:
    count = given.get("nData")
    return Feature("sparsifyFunc", {} if count is None else {"nData": count})


def _svd(value: Any) -> Iterator[Feature]:
    """One fit, or one per channel."""
    if isinstance(value, dict):
        yield Feature("SvdFit", dict(value))
        return
    for channel, given in enumerate(value):
        yield Feature("SvdFit", {"name": f"svdFit_ch{channel}", "channel": channel, **given})


def _curve(value: Any) -> Iterator[Feature]:
    for given in _each(value):
        own = {key: item for key, item in given.items() if key not in ("droplet", "projection")}
        children = [Feature("dropletFunc", dict(given["droplet"]), [Feature("sparsifyFunc")])] if given.get("droplet") else []
        if (axis := given.get("projection")) is not None and axis is not False:
            children.append(Feature("projectionFunc", dict(axis) if isinstance(axis, dict) else {"axis": int(axis)}))
        yield Feature("PolynomialCurveCorrection", own, children)


FEATURES: Mapping[str, Make] = {
    "getROIs": _rois,
    "getAzIntParams": _plain("azimuthalBinning"),
    "get_azav": _plain("azimuthalBinning"),
    "getAzIntPyFAIParams": _plain("azav_pyfai"),
    "get_azav_pyfai": _plain("azav_pyfai"),
    "get_droplet": _droplets,
    "getDropletParams": _droplets,
    "get_droplet2photon": _droplet_photons,
    "getDroplet2Photons": _droplet_photons,
    "getPhotonParams": _plain("photonFunc"),
    "getAutocorrParams": _plain("Autocorrelation"),
    "getSvdParams": _svd,
    "getmectt": _plain("mecttFunc"),
    "get_mectt": _plain("mecttFunc"),
    "get_wf_integrate": _plain("WfIntegration"),
    "get_wf_hitfinder": _plain("SimpleHitFinder"),
    "get_wf_svd": _svd,
    "get_polynomial_correction": _curve,
    "getDetImages": _plain("imageFunc"),
}
SUMS = ("getDetSums", "get_sum_algos")
ALL = "all"


def _sums(sums: Mapping[str, Any], found: Mapping[str, list[Feature]], notes: list[str]) -> dict[str, list[str]]:
    """Run sums by detector; ``all`` is for each of them."""
    by_detector: dict[str, list[str]] = {}
    for detector in found:
        wanted = [*(sums.get(ALL) or ()), *(sums.get(detector) or ())]
        if names := list(dict.fromkeys(name for name in wanted if isinstance(name, str))):
            by_detector[detector] = names
    notes += [f"sums of {name}: it is not in the list of detectors" for name in sums if name not in {*found, ALL}]
    return by_detector


WORDS: Mapping[str, str] = {
    "get_intg": "integrating detectors get groups of their own rate by themselves",
    "get_psplot_configs": "live plots are pages here; see `xtcmon run`",
    "get_pressio_compression": "compression of frames is a matter of the file here",
    "getCompressionParameters": "compression of frames is a matter of the file here",
}


def _elsewhere(function: str) -> str:
    why = WORDS.get(function)
    if why:
        return f"{function}: {why}"
    close = get_close_matches(function, [*FEATURES, *SUMS], n=1, cutoff=0.6)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"{function}: no producer asks for a function of this name{hint}"


def _lists(reading: Reading) -> Iterator[str]:
    """Lists of the file that need no setting here, or have none."""
    for name in ("epicsPV", "epicsOncePV"):
        if reading.names.get(name):
            yield f"{name}: every EPICS variable of the run is in the file, as epicsAll/<alias>"
    if reading.names.get("ttCalib"):
        yield f"ttCalib = {reading.names['ttCalib']!r}: give it to the time tool"
    if reading.names.get("aioParams"):
        yield "aioParams: analog inputs keep the names of their channels, ai/ch00 to ai/ch15"
    if reading.names.get("xdetectors"):
        yield f"xdetectors = {reading.names['xdetectors']!r}: a detector without a section is left out by itself"
