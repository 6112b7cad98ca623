"""HISTORY: one line per deployed file, ``key:value`` words side by side.

Three styles are met in real trees: of the facility's command line, of its Python functions and of its calibration manager. All
are read; written is the second one.
"""

import re
from collections.abc import Mapping
from datetime import datetime

KEYS = ("file", "copy_of", "ctype", "exp", "run", "app", "user", "host", "cptime", "zone", "cwd", "cmt", "comment")
"""Words of all styles."""

WIDTHS = {"file": 14, "exp": 8, "run": 4}
"""Values that are padded, so that lines stand in columns."""

_KEY = re.compile(rf"(?:^|(?<=\s))({'|'.join(KEYS)}):")


def history_line(entry: Mapping[str, str], time: datetime) -> str:
    """One line, without its end.

    Parameters
    ----------
    entry
        Values of ``file, copy_of, exp, run, app, user, host, comment``; what is missing stays empty.
    time
        When the file was deployed, with its zone.
    """
    values = {key: " ".join(entry.get(key, "").split()) for key in ("file", "copy_of", "exp", "run", "app", "user", "host")}
    words = [f"{key}:{value:<{WIDTHS.get(key, 0)}}" for key, value in values.items()]
    words.append(f"cptime:{time:%Y-%m-%dT%H:%M:%S}  zone:{time:%Z}")
    return "  ".join([*words, f"comment:{' '.join(entry.get('comment', '').split())}"])


def parse_line(line: str) -> dict[str, str]:
    """Values in a line of any style; empty if there are none.

    Examples
    --------
    >>> parse_line("file:0-end.data     copy_of:/data/my peds.txt  user:me")
    {'file': '0-end.data', 'copy_of': '/data/my peds.txt', 'user': 'me'}
    """
    found = list(_KEY.finditer(line))
    ends = [match.start() for match in found[1:]] + [len(line)]
    return {match[1]: line[match.end() : end].strip() for match, end in zip(found, ends, strict=True)}
