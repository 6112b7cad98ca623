"""Settings: detectors, their corrections, features and sums."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from monitor.settings.section import Section

CONSTANTS_RAW, CONSTANTS_REQUIRED = "none", "required"
GEOMETRY_ROUGH = "none"
"""Words that ``constants`` of a detector may be instead of a place."""


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
