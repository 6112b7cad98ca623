"""Files that cannot be used are named and put where nobody stumbles over them again; nothing of them is lost."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)

ENDING = ".set-aside"
MOST = 100


def set_aside(path: Path, why: str) -> str:
    """Rename a file out of the way; what happened, in words."""
    to = next((to for n in range(MOST) if not (to := path.with_name(path.name + ENDING + (f"-{n}" if n else ""))).exists()), None)
    try:
        if to is None:
            raise OSError(0, f"there are {MOST} of its kind already")
        path.rename(to)
    except OSError as error:
        said = f"{path.name} cannot be used ({why}) and not be set aside either: {error.strerror}."
    else:
        said = f"{path.name} cannot be used ({why}); it is kept as {to.name}."
    log.warning("set_aside", extra={"file": path.name, "why": why})
    return said
