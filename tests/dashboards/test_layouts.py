"""Layouts: saved by name, brought back by name, and nothing else by name."""

from pathlib import Path

import pytest

from dashboards.layouts import Layouts, layout_of

LAYOUT = {"scalars": {"fields": "a~b", "window": "600"}, "scan": {"signal": "ipm3/sum"}}


def test_a_saved_layout_comes_back(tmp_path: Path) -> None:
    assert Layouts(str(tmp_path)).save("my layout", LAYOUT) == "Saved as my layout."

    again = Layouts(str(tmp_path))
    assert again.names() == ["my layout"]
    assert again.get("my layout") == LAYOUT


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a\0b", "a\n"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    layouts = Layouts(str(tmp_path / "out"))

    assert layouts.save(name, LAYOUT).startswith("Not saved: a name has")
    assert layouts.get(name) == {}
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("text", ["", "[]", '{"scan": 3}', "{"])
def test_a_file_that_is_no_layout_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "bad.json").write_text(text)

    assert Layouts(str(tmp_path)).get("bad") == {}


def test_a_service_without_output_says_that_nothing_is_saved() -> None:
    assert Layouts("").save("x", LAYOUT) == "Not saved: the service has no output folder."


def test_what_a_browser_sends_is_read_without_what_is_not_a_choice_of_the_page() -> None:
    text = '{"name": " x ", "pages": {"scalars": "?fields=a~b&window=600&run=r&at=5", "scan": ""}}'

    assert layout_of(text) == ("x", {"scalars": {"fields": "a~b", "window": "600"}})


@pytest.mark.parametrize("text", ["", "3", '{"name": 3, "pages": {}}', '{"name": "a", "pages": {"scan": 3}}'])
def test_what_is_no_layout_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        layout_of(text)
