"""Values as JSON knows them: what is no finite number becomes null, arrays become lists. Pure."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """The same in maps, lists, texts, truth values, finite numbers and ``None``; anything else as its text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case np.ndarray() | np.generic():
            return plain(value.tolist())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case bytes():
            return value.decode(errors="replace")
        case _:
            return str(value)


def json_text(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
