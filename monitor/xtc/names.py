"""Names of sources and types as the original tools print them, and addresses of sources as people write them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.xtc.header import Level
from monitor.xtc.name_table import BLD, DETECTORS, DEVICES, TYPE_NAMES

UNKNOWN = "-Invalid-"
"""What the original tools print for a number without a name."""

_WRAPPER = re.compile(r"^\s*(DetInfo|BldInfo)\s*\(\s*(.*?)\s*\)\s*$", re.IGNORECASE)
_PART = re.compile(r"^([^\s.\-]*|\*)(?:[.\-](\d{1,3}|\*))?$")


def name_of(number: int, names: tuple[str, ...]) -> str:
    """Name number ``number`` of a list, or the original's word for an unknown one."""
    return names[number] if 0 <= number < len(names) else UNKNOWN


def type_name(type_id: int) -> str:
    """Text name of a type.

    Examples
    --------
    >>> type_name(15)
    'EBeamBld'
    """
    return name_of(type_id, TYPE_NAMES)


def level_name(level: int) -> str:
    """``Source``, ``Reporter`` ...; the number itself for an unknown level."""
    return Level(level).name.capitalize() if level in set(Level) else str(level)


def source_text(level: int, logical: int, physical: int) -> str:
    """Text of a source, in the original's spelling for its level.

    Parameters
    ----------
    level
        Bits 24-31 of the logical word.
    logical, physical
        The two words of the source.

    Examples
    --------
    >>> source_text(1, 0x01001111, 0x10010800)
    'XppSb2Ipm-1|Ipimb-0'
    >>> source_text(6, 0x06000000, 0)
    'EBeam'
    >>> source_text(0, 2222, 2887059973)
    'Control pid 2222 ip 172.21.10.5'
    """
    if level == Level.SOURCE:
        return detector_text(physical)
    if level == Level.REPORTER:
        return name_of(physical, BLD)
    address = ".".join(str(physical >> shift & 0xFF) for shift in (24, 16, 8, 0))
    return f"{level_name(level)} pid {logical & 0xFFFFFF} ip {address}"


def detector_text(physical: int) -> str:
    """``Detector-id|Device-id`` of the physical word of a detector."""
    detector, device = name_of(physical >> 24 & 0xFF, DETECTORS), name_of(physical >> 8 & 0xFF, DEVICES)
    return f"{detector}-{physical >> 16 & 0xFF}|{device}-{physical & 0xFF}"


def detector_word(detector: str, detector_id: int, device: str, device_id: int) -> int:
    """Physical word of a detector; ``ValueError`` if a name is not in the lists.

    Examples
    --------
    >>> detector_text(detector_word("CxiDs1", 0, "Cspad", 0))
    'CxiDs1-0|Cspad-0'
    """
    return DETECTORS.index(detector) << 24 | detector_id << 16 | DEVICES.index(device) << 8 | device_id


@dataclass(frozen=True, slots=True)
class SourcePattern:
    """Which sources are meant; a part that is None matches everything.

    Attributes
    ----------
    text
        As it was written.
    bld
        Number of the beam-line data, if it is one; the other parts are None then.
    """

    text: str
    bld: int | None = None
    detector: int | None = None
    detector_id: int | None = None
    device: int | None = None
    device_id: int | None = None

    @classmethod
    def parse(cls, text: str) -> "SourcePattern":
        """The pattern that ``text`` spells.

        Parameters
        ----------
        text
            ``XppSb2Ipm-1|Ipimb-0``, ``XppSb2Ipm.1:Ipimb.0``, either in ``DetInfo(...)``, any part missing or ``*``; ``EBeam`` or
            ``BldInfo(EBeam)``. Upper and lower case are the same.

        Examples
        --------
        >>> SourcePattern.parse("DetInfo(xppsb2ipm.1:)").matches(1, 0x10010800)
        True
        >>> SourcePattern.parse("|Ipimb-0").matches(1, 0x10010801)
        False

        Raises
        ------
        ConfigError
            If a name is not known (with the nearest one that is), or the text is no address at all.
        """
        wrapper = _WRAPPER.match(text)
        kind, body = (wrapper.group(1).lower(), wrapper.group(2)) if wrapper else ("", text.strip())
        if kind == "bldinfo" or (not kind and _find(body, BLD) is not None):
            return cls(text, bld=_number(body, BLD, text))
        left, right = _halves(body, text)
        known = (*DETECTORS, *BLD) if not kind and not right else DETECTORS
        detector, detector_id = _part(left, DETECTORS, known, text)
        device, device_id = _part(right, DEVICES, DEVICES, text)
        return cls(text, None, detector, detector_id, device, device_id)

    def matches(self, level: int, physical: int) -> bool:
        """Whether a source of this level and physical word is meant."""
        if self.bld is not None:
            return level == Level.REPORTER and physical == self.bld
        if level != Level.SOURCE:
            return False
        wanted = (self.detector, self.detector_id, self.device, self.device_id)
        words = (physical >> 24 & 0xFF, physical >> 16 & 0xFF, physical >> 8 & 0xFF, physical & 0xFF)
        return all(want is None or want == word for want, word in zip(wanted, words, strict=True))

    def __str__(self) -> str:
        if self.bld is not None:
            return BLD[self.bld]
        parts = (self.detector, self.detector_id, self.device, self.device_id)
        if None not in parts:
            return detector_text(sum((part or 0) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True)))
        detector = "*" if self.detector is None else DETECTORS[self.detector]
        device = "*" if self.device is None else DEVICES[self.device]
        ids = ["*" if part is None else str(part) for part in (self.detector_id, self.device_id)]
        return f"{detector}-{ids[0]}|{device}-{ids[1]}"


def _halves(body: str, text: str) -> tuple[str, str]:
    """Detector part and device part."""
    parts = re.split(r"[|:]", body)
    if not body or len(parts) > 2:
        raise ConfigError(f"{text!r} is no source; write it like 'XppSb2Ipm-1|Ipimb-0' or 'EBeam'")
    return parts[0].strip(), parts[1].strip() if len(parts) == 2 else ""


def _part(part: str, names: Sequence[str], known: Sequence[str], text: str) -> tuple[int | None, int | None]:
    """Number of the name and id in ``name-id``."""
    match = _PART.match(part)
    if match is None:
        raise ConfigError(f"{part!r} in the source {text!r} is not a name and a number", nearest=_nearest(part, known))
    name, number = match.groups()
    if number not in (None, "*") and int(number) > 0xFF:
        raise ConfigError(f"the number {number} in the source {text!r} is above 255")
    where = None if name in ("", "*") else _find(name, names)
    if where is None and name not in ("", "*"):
        raise ConfigError(f"{name!r} in the source {text!r} is not known", nearest=_nearest(name, known))
    return where, None if number in (None, "*") else int(number)


def _number(name: str, names: Sequence[str], text: str) -> int:
    """Number of a name; the name must be known."""
    where = _find(name, names)
    if where is None:
        raise ConfigError(f"{name!r} in the source {text!r} is not known", nearest=_nearest(name, names))
    return where


def _find(name: str, names: Sequence[str]) -> int | None:
    lower = [known.lower() for known in names]
    return lower.index(name.lower()) if name.lower() in lower else None


def _nearest(name: str, names: Sequence[str]) -> str:
    """The known name that looks most like this one; empty if none does."""
    lower = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), list(lower), n=1, cutoff=0.5)
    return lower[close[0]] if close else ""
