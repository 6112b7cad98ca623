"""The one TOML file that describes a set-up, as frozen models: complete, and checked before any socket opens."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from monitor.errors import ConfigError

CONSTANTS_RAW, CONSTANTS_REQUIRED = "none", "required"
GEOMETRY_ROUGH = "none"
"""Words that ``constants`` of a detector may be instead of a place."""


class Section(BaseModel):
    """Base of every section: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Source(Section):
    """Where events come from: exactly one of dataset, files, listen, simulate."""

    dataset: str = ""
    files: tuple[str, ...] = ()
    listen: str = ""
    """Address on which a replay (or another sender of datagrams) is awaited, for example ``tcp://127.0.0.1:5581``."""
    simulate: str = ""
    rate: float = Field(0.0, ge=0)
    """Events per second at which recorded files are played; 0 = as fast as they are worked off."""
    mode: Literal["auto", "lossless", "live"] = "auto"
    """auto: live for listen and for a rate above 0, else lossless."""
    bytes: Literal["auto", "reference", "ring", "inline"] = "auto"
    max_events: int = Field(256, ge=1, le=65536)
    max_bytes: int = Field(8 << 20, ge=1)
    max_wait: float = Field(0.02, ge=0)
    first_camera_stream: int = Field(80, ge=1)
    data_directory: str = ""
    """Folder with the site's experiments (``<instrument>/<experiment>/xtc``) for dataset; empty: environment XTCMON_DATA."""
    follow: Literal["auto", "yes", "no"] = "auto"
    """Read on as the files grow; auto: where a name ends in ``.inprogress`` or the dataset says ``live``."""
    follow_timeout: float = Field(120.0, gt=0)
    """Seconds without growth after which the writer of a followed file counts as dead."""
    events: str = ""
    """Only these recorded events, counted from 0: ``17``, ``100:200``, ``100:``; not for listen."""
    times: str = ""
    """Only events of these Unix times in seconds: ``1329503100.25`` (the next one), ``A:B``; not for listen."""


class Feature(Section):
    """One feature of a detector. Every further key is a parameter of the feature and is checked by it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    name: str = ""
    enabled: bool = True
    feature: tuple["Feature", ...] = ()
    """Features that work on the output of this one."""


class Mask(Section):
    """Which pixels of a detector are bad. Words of bits: -1 = every bit, 0 = not looked at."""

    status: int = Field(-1, ge=-1, lt=1 << 64)
    """Bits of pixel_status that make a pixel bad."""
    status_extra: int = Field(-1, ge=-1, lt=1 << 64)
    status_data: int = Field(-1, ge=-1, lt=1 << 64)
    ranges: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    """Gain ranges whose status counts; left out: all of a Jungfrau, 0 to 4 of an Epix10ka (not the low ranges it switches to)."""
    neighbours: Literal[0, 4, 8] = 0
    """Pixels beside one with a bad status that are bad too."""
    radius: int = Field(0, ge=0, le=64)
    """The same up to this many pixels away, in the shape ``pattern``: r = rhombus, c = circle, s = square."""
    pattern: Literal["r", "c", "s"] = "r"
    edges: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] = (0, 0)
    """Rows and columns at each edge of a panel."""
    central: int = Field(0, ge=0)
    """Rows and columns on each side of the borders between the chips of a panel."""
    unbonded: bool = False
    """Pixels of a CsPad that are not connected to the sensor."""
    unbonded_neighbours: Literal[0, 4, 8] = 0
    pixel_mask: bool = True
    """Use the calibration type of this name."""
    bits: int | None = Field(None, ge=0, lt=128)
    """The facility's word instead of these switches: 1 status, 2 pixel_mask, 4 edges, 8 central, 16 unbonded, 32 with four,
    64 with eight neighbours."""
    file: str = ""
    """A mask of your own, ``.npy`` or text, in the shape of a frame; 0 = bad."""


class CommonMode(Section):
    """How the common mode of a detector is taken off. Every further key is a parameter of the algorithm and is checked by it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    algorithm: int

    @property
    def parameters(self) -> dict[str, Any]:
        """What the settings say beside the number."""
        return dict(self.model_extra or {})


def _by_number(value: Any) -> Any:
    """A bare number as the section it stands for."""
    return {"algorithm": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Detector(Section):
    """One detector: where its payloads come from, how they are corrected, what is extracted."""

    name: str
    source: str = ""
    """Any spelling of the source, or an alias of the run; empty = the name is the alias."""
    field: str = ""
    """Instead of a source: a field of the rows (a waveform, a projection, a spectrum) on which the features work."""
    common_mode: Annotated[CommonMode | None, BeforeValidator(_by_number)] = None
    """A number, or a section ``{algorithm = 1, mean_max = 25}``; left out, the common-mode file or the family's default."""
    constants: str = ""
    """Folder or file with pedestal, gain and mask; empty = looked up in the calib directory; "none" = raw; "required" = looked up
    in the calib directory, and the run stops if the pedestals are missing or any file cannot be used."""
    constants_required: bool = False
    """The same for constants that are named."""
    geometry: str = ""
    """File that says where the pixels are; empty = looked up in the calib directory; "none" = the rough arrangement."""
    shared_places: Literal["last", "mean"] = "last"
    """Where several pixels fall on one place of the image: the last in memory (facility's rule), or the mean of the good ones."""
    mask: Mask = Mask()
    feature: tuple[Feature, ...] = ()
    sums: tuple[str, ...] = ("calib",)
    integrating: bool = False
    """A slow detector: its values have rows of their own, in the group ``intg``, only for events that it was read out with."""


class Sum(Section):
    """A run sum of a field of the rows, for its mean with the laser on and off, and for the difference of the two."""

    field: str
    """Name of the field: ``cspad/azav_azav``, ``ipm2/sum``."""
    name: str = ""
    """Name of the sum; left out, the field's with ``_`` for ``/``, and ``_onOff``."""


class Others(Section):
    """Area detectors of the run that have no section of their own."""

    keep: Literal["auto", "none", "statistics", "full", "image"] = "auto"
    """Nothing, sum and mean of each frame, every pixel, or the assembled image; auto: sum and mean where no ``[[detector]]`` is
    named at all, else nothing."""
    sums: tuple[str, ...] = ("calib",)


class User(Section):
    """A Python file with features of the user's own."""

    path: str
    """A relative one counts from the settings file."""
    sha256: str = ""
    """Content in use; written by the service. Emptied while it runs, the file is read again."""


class Light(Section):
    """Which event codes tell the X-rays and the laser (small-data convention: positive = drop, negative = required).

    Left out, they follow the hutch as small-data files do, where the run's event receiver knows those codes; else 162 drops the
    X-rays and 91 the laser.
    """

    xray: tuple[int, ...] | None = None
    laser: tuple[int, ...] | None = None


class Names(Section):
    """What the groups of point detectors are called."""

    hutch: bool = False
    """As smalldata_tools calls them in the hutch of the experiment (``ipm2``, ``enc``), with its EPICS variables as
    ``epics/<alias>`` too; else each by its alias, or by the name that the data acquisition gives it."""


class TimeTool(Section):
    """How the time tool's position becomes a time."""

    calibration: tuple[float, ...] | None = Field(None, min_length=1, max_length=3)
    """Polynomial from pixel to ps, lowest power first; left out: that of the data acquisition, else its own time is taken."""


class Epics(Section):
    """Which EPICS variables are recorded with every event."""

    all: bool = True
    """Each as ``epicsAll/<alias>``."""
    record: tuple[str, ...] = ()
    """These as ``epicsUser/<alias>``: aliases or names, ``*`` stands for anything."""


class Store(Section):
    """Where and how the small-data file is written."""

    directory: str = ""
    roll_size: str = "2 GiB"
    compact: bool = True
    """One plain file at the end of a run instead of its parts."""
    existing: Literal["refuse", "replace"] = "refuse"
    """What to do about a file of the same run that is there already."""


class Pool(Section):
    """How many workers, and how much they may have in hand."""

    workers: int = Field(2, ge=1, le=1024)
    credits: int = Field(4, ge=1, le=1024)
    lease_timeout: float = Field(20.0, gt=0)
    epoch_time: float = Field(2.0, gt=0)
    """Seconds after which rows and sums become durable together; rows are published at once all the same."""
    ring_size: str = "512 MiB"


class Pages(Section):
    """The dashboards."""

    port: int = Field(5006, ge=0, le=65535)
    address: str = "127.0.0.1"
    """Where they are served. Anything but this machine alone needs ``password_file``."""
    password_file: str = ""
    """File whose first line is the password of the pages; nobody but its owner may read it."""
    origins: tuple[str, ...] = ()
    """Further ``host:port`` under which browsers reach the pages (a name, a proxy, a tunnel)."""
    layout: str = ""
    """Name of the saved layout that is shown to who asks for none."""
    report: bool = True
    """Write a page ``<run>_report.html`` beside the file of each run when it is closed."""
    frame_rate: float = Field(10.0, gt=0)
    """Most pictures per second of each detector; made only while somebody looks."""
    history: int = Field(120_000, ge=100)


class Alarm(Section):
    """Something that people must be told: exactly one of value, service and absent, and a limit for the first two."""

    name: str = Field(min_length=1)
    value: str = ""
    """Expression over the fields of an event, as on the pages: ``max_x / ipm2/sum where lightStatus/laser == 1``."""
    service: Literal["", "rate", "lost", "late", "damaged", "lag", "latency", "quarantined"] = ""
    """A number of the service itself, each half second; events of ``lost`` to ``quarantined`` are counted per second."""
    absent: str = ""
    """A field (or expression) that events should have."""
    above: float | None = None
    below: float | None = None
    back: float | None = None
    """The limit on the way back, for values that waver around the other one; left out, the same."""
    average: int = Field(1, ge=1, le=100_000)
    """The mean of so many values in turn is judged."""
    seconds: float = Field(0.0, ge=0)
    """For so long it has to be bad before the alarm is raised, and good before it is over."""
    events: int = Field(1, ge=1)
    """So many values in turn, likewise."""
    severity: Literal["warning", "alarm"] = "alarm"
    command: tuple[str, ...] = ()
    """Program and arguments that are run, without a shell, when it is raised and when it is over; the environment has
    XTCMON_ALARM, XTCMON_ALARM_STATE (raised, over) and XTCMON_ALARM_VALUE."""

    @model_validator(mode="after")
    def _one_meaning(self) -> "Alarm":
        if sum(bool(each) for each in (self.value, self.service, self.absent)) != 1:
            raise ValueError("an alarm needs exactly one of value, service and absent")
        if not self.absent and (self.above is None) == (self.below is None):
            raise ValueError("an alarm needs one limit: above or below")
        return self


class Stream(Section):
    """The reduced stream, and the requests of those who read it."""

    address: str = "tcp://127.0.0.1:5580"
    requests: str = ""
    """Where requests are answered; empty: any port of the machine that ``address`` names."""
    frames: int = Field(16, ge=0, le=1000)
    """Newest frames of each detector kept for requests."""
    control: Literal["anyone", "nobody"] = "anyone"
    """Who may change settings over ``requests`` where no keys are in use; with keys it is in the list of keys."""


class Keys(Section):
    """Who may connect from other machines."""

    directory: str = ""
    """Folder of the keys, made by ``xtcmon keys make``; empty: environment XTCMON_KEYS, else ``~/.config/xtcmon/keys``."""
    required: bool = False
    """Ask for keys on this machine's own tcp sockets too."""
    insecure: bool = False
    """Open sockets to other machines without any keys."""


class Metrics(Section):
    """What Prometheus may fetch."""

    port: int = Field(0, ge=0, le=65535)
    """0 = off."""
    address: str = "127.0.0.1"


class Bridge(Section):
    """The reduced stream in another tool's words. Every further key belongs to the dialect and is checked by it."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    kind: str
    """Name of the dialect: ``karabo``, ``bsread``, ``crystfel``, ``dectris``, ``array-1.0``, ``http``."""
    address: str
    name: str = ""
    """What the status calls it; empty = the kind."""
    socket: Literal["", "pub", "push", "rep"] = ""
    """How it is handed out; empty = the way the dialect's own clients expect by default."""
    fields: tuple[str, ...] = ()
    """Fields of the rows, ``*`` and ``?`` as in file names; empty = all."""
    frames: tuple[str, ...] = ()
    """Detectors whose frames are told as well."""
    every: int = Field(1, ge=1)
    """Only events whose sequence number divides by this."""
    insecure: bool = False
    """The address may be one that other machines can reach; these dialects know no keys."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What the settings say for the dialect alone."""
        return dict(self.model_extra or {})


class Scan(Section):
    """What the Scan page shows by default."""

    signal: str = ""
    monitor: str = ""
    variable: str = ""
    time: str = "phase_cav/fit_time_1"
    time_scale: float = 1.0


class Settings(Section):
    """The whole set-up."""

    source: Source = Source()
    detector: tuple[Detector, ...] = ()
    sum: tuple[Sum, ...] = ()
    others: Others = Others()
    user: tuple[User, ...] = ()
    light: Light = Light()
    names: Names = Names()
    timetool: TimeTool = TimeTool()
    epics: Epics = Epics()
    store: Store = Store()
    pool: Pool = Pool()
    pages: Pages = Pages()
    stream: Stream = Stream()
    keys: Keys = Keys()
    metrics: Metrics = Metrics()
    bridge: tuple[Bridge, ...] = ()
    scan: Scan = Scan()
    alarm: tuple[Alarm, ...] = ()
    calib_directory: str = ""
    constants: dict[str, str] = {}
    """Path and content (SHA-256) of each constants file in use; written by the service."""


UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}


def bytes_in(text: str, *, key: str) -> int:
    """Bytes in a size such as ``512 MiB``, ``2GB`` or ``4096``.

    Raises
    ------
    ConfigError
        If it is not a size, or not above 0.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if not found or (found[2] or "B") not in UNITS:
        raise ConfigError(f"{text!r} is not a size; write for example 512 MiB", key=key)
    size = int(float(found[1]) * UNITS[found[2] or "B"])
    if size <= 0:
        raise ConfigError("a size must be above 0", key=key)
    return size


def load(path: Path) -> Settings:
    """Settings in a TOML file.

    Raises
    ------
    ConfigError
        Naming file, key and the nearest valid key, for anything that is not as it should be.
    """
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise ConfigError("there is no such settings file", file=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}", file=str(path)) from error
    return parse(data, file=str(path))


def parse(data: dict[str, Any], *, file: str = "") -> Settings:
    """Settings in a plain mapping, as TOML gives it.

    Raises
    ------
    ConfigError
        As ``load``.
    """
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"]
        key = ".".join(str(part) for part in place)
        if first["type"] == "extra_forbidden":
            raise ConfigError("there is no such key", file=file, key=key, nearest=_nearest(place)) from error
        raise ConfigError(first["msg"], file=file, key=key) from error


def _nearest(place: tuple[int | str, ...]) -> str:
    """The valid key closest to the last name of a path; empty if none is close."""
    model: type[BaseModel] = Settings
    for name in place[:-1]:
        if isinstance(name, int):
            continue
        annotation = model.model_fields[name].annotation
        inner = getattr(annotation, "__args__", (annotation,))[0]
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return ""
        model = inner
    close = difflib.get_close_matches(str(place[-1]), model.model_fields, n=1, cutoff=0.4)
    return close[0] if close else ""
