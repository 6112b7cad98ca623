"""Where a calib directory is: as given, of an experiment, or near the data."""

import os
from pathlib import Path

from monitor.errors import ConfigError
from monitor.reader.sources.spec import SITE_DIRECTORY, SITE_VARIABLES


def calib_directory(text: str) -> Path:
    """The calib directory that a person means.

    Parameters
    ----------
    text
        A calib directory, a folder with one in it, or an experiment (``xppi0310``), looked for where the site keeps its data.

    Raises
    ------
    ConfigError
        Naming the places where there is none.
    """
    given = Path(text)
    if (given / "calib").is_dir():
        return given / "calib"
    if given.is_dir():
        return given
    base = next((os.environ[name] for name in SITE_VARIABLES if os.environ.get(name)), SITE_DIRECTORY)
    name = text.removeprefix("exp=")
    looked = [Path(base) / instrument / name / "calib" for instrument in dict.fromkeys((name[:3].lower(), name[:3].upper()))]
    for place in looked if name.isidentifier() else ():
        if place.is_dir():
            return place
    raise ConfigError("is neither a calib directory nor an experiment with one in " + str(base), key=text)
