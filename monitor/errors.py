"""The kinds of trouble: their bytes, our settings, the machine around us. Our own bugs stay ordinary exceptions."""


class XtcmonError(Exception):
    """Root of every error this project raises on purpose; the command line prints it as one sentence."""


class DamagedData(XtcmonError):
    """Bytes that cannot be what they claim to be; costs the payload they belong to and nothing more.

    Parameters
    ----------
    why
        What is wrong, in words that make sense to the person who took the data.
    source
        File, stream or detector the bytes came from.
    offset
        Position of the first byte in question within that source.
    """

    def __init__(self, why: str, *, source: str = "", offset: int | None = None) -> None:
        self.why = why
        self.source = source
        self.offset = offset
        place = f" in {source}" if source else ""
        at = f" at byte {offset}" if offset is not None else ""
        super().__init__(f"{why}{place}{at}")


class ConfigError(XtcmonError):
    """A setting that cannot be used; raised before any socket opens.

    Parameters
    ----------
    why
        What is wrong and what would be right.
    file
        The settings file, or the command-line option, the value came from.
    key
        Dotted path of the setting.
    nearest
        The valid key that is closest to the one given, if there is one.
    """

    def __init__(self, why: str, *, file: str = "", key: str = "", nearest: str = "") -> None:
        self.why = why
        self.file = file
        self.key = key
        self.nearest = nearest
        where = ": ".join(part for part in (file, key) if part)
        hint = f" (did you mean {nearest!r}?)" if nearest else ""
        super().__init__(f"{where}: {why}{hint}" if where else f"{why}{hint}")


class Unusable(XtcmonError):
    """The machine refuses something we need: a port in use, a folder that is not writable, a missing file."""


class ProtocolError(XtcmonError):
    """A message that breaks the rules of the wire; it is dropped and counted, never acted upon."""
