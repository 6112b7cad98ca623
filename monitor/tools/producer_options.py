"""Options of the smalldata_tools producers as changes of our settings; those that mean nothing here are refused in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from monitor.errors import ConfigError
from monitor.settings import Detector, Feature, Settings

FULL_SUMS = ("calib_dropped", "calib_thresADU1", "calib_max")
WHOLE = Feature(kind="ROIFunc", name="full", writeArea=True)
IMAGE = Feature(kind="imageFunc", name="image")

REFUSED = {
    "--stn": "there is one service per run, whatever the station",
    "--norecorder": "give the files of the streams that you want",
    "--url": "nothing is posted to the run table",
    "--postRuntable": "nothing is posted to the run table",
    "--noarch": "no archiver is asked: EPICS values are those of the recording",
    "--wait": "files that grow are followed by themselves",
    "--tiff": "images are in the file (--image); save them from there",
    "--xtcav": "there is no XTCAV analysis",
    "--ttRaw": "add a time-tool feature to the camera's [[detector]]",
    "--rawFim": "waveforms of the recording are in the file by themselves",
    "--nohsd": "leave the digitizer's [[detector]] out",
    "--outfilename": "the file is <experiment>_Run<nnnn>.h5; choose its folder with --directory",
    "--psplot_live_mode": "the live pages are those of `xtcmon run`",
    "--intg_delta_t": "integrating detectors are joined by event",
    "--all_events": "every event has a row in any case",
    "--psdm_dir": "name the site's folder in XTCMON_DATA, or give the files",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """What the producer's options ask for; see ``xtcmon smalldata --help``."""

    default: bool = False
    full: bool = False
    image: bool = False
    full_sum: bool = False
    no_sum: bool = False
    centerpix: bool = False

    def applied(self, settings: Settings) -> Settings:
        """The settings with that.

        Raises
        ------
        ConfigError
            If two options contradict each other.
        """
        if self.default and (self.full or self.image or self.full_sum):
            raise ConfigError("leaves out all area detectors: drop it, or --full, --image and --fullSum", key="--default")
        if self.full_sum and self.no_sum:
            raise ConfigError("contradicts --nosum", key="--fullSum")
        if self.default:
            others = settings.others.model_copy(update={"keep": "none"})
            return settings.model_copy(update={"detector": (), "user": (), "others": others})
        keep = "image" if self.image else "full" if self.full else settings.others.keep
        others = settings.others.model_copy(update={"keep": keep, "sums": self._sums(settings.others.sums)})
        detectors = tuple(detector if detector.field else self._extended(detector) for detector in settings.detector)
        return settings.model_copy(update={"detector": detectors, "others": others})

    def _extended(self, detector: Detector) -> Detector:
        wanted = [feature for feature, asked in ((WHOLE, self.full), (IMAGE, self.image)) if asked]
        names = {feature.name for feature in detector.feature}
        more = tuple(feature for feature in wanted if feature.name not in names)
        mask = detector.mask.model_copy(update={"central": 0}) if self.centerpix else detector.mask
        changes = {"feature": (*detector.feature, *more), "sums": self._sums(detector.sums), "mask": mask}
        return detector.model_copy(update=changes)

    def _sums(self, sums: tuple[str, ...]) -> tuple[str, ...]:
        if self.no_sum:
            return ()
        return tuple(dict.fromkeys((*sums, *FULL_SUMS))) if self.full_sum else sums


def refuse_strange(what: Sequence[str], known: Sequence[str]) -> None:
    """Say why an option is refused; what does not begin with a dash is no option.

    Raises
    ------
    ConfigError
        Naming the option, and the nearest that there is.
    """
    for word in what:
        name = word.split("=")[0]
        if not name.startswith("-"):
            continue
        if name in REFUSED:
            raise ConfigError(f"is an option of the producer that does not apply here: {REFUSED[name]}", key=name)
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        raise ConfigError("there is no such option", key=name, nearest=close[0] if close else "")


def source_words(what: Sequence[str], experiment: str, run: int | None) -> list[str]:
    """Files or a specification as given, else the experiment and run of the options or of the environment.

    Raises
    ------
    ConfigError
        If only one of them is known.
    """
    if any(not word.endswith(".toml") for word in what) or (not experiment and run is None):
        return list(what)
    if not experiment or run is None:
        raise ConfigError("an experiment and a run go together: --experiment xpptut15 --run 54", key="--run")
    return [*what, f"exp={experiment}:run={run}"]
