"""What is no configuration in Python is refused in a sentence that names the file."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.tools.convert.source_text import LARGEST_FILE, parsed, text_of


def test_a_file_that_is_not_there_or_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    binary, large = tmp_path / "binary.py", tmp_path / "large.py"
    binary.write_bytes(b"\xff\xfe\x00")
    large.write_bytes(bytes(LARGEST_FILE + 1))
    for path, why in ((tmp_path / "gone.py", "cannot be read"), (binary, "cannot be read"), (large, "too large")):
        with pytest.raises(ConfigError, match=f"{path.name}.*{why}"):
            text_of(path)


@pytest.mark.parametrize("text", ["print 'an old one'", "a = (", "a = 1\0", "(" * 10_000])
def test_what_is_no_python_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"prod\.py.*is no Python"):
        parsed(text, Path("prod.py"))
