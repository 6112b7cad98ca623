"""Reads back from the browser what a page draws."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Page

T = TypeVar("T")

PATIENCE_S = 30.0
AGAIN_MS = 50

SOURCE = """
([column, least]) => {
  if (!window.Bokeh?.documents.length) return null;
  const models = [...Bokeh.documents[0]._all_models.values()];
  for (const model of models) {
    if (model.type !== "ColumnDataSource" || !(column in model.data)) continue;
    const values = model.data[column];
    if (values.length >= least) return Object.fromEntries(Object.entries(model.data).map(([k, v]) => [k, Array.from(v)]));
  }
  return null;
}
"""


PEN = """(tool) => [...(window.Bokeh?.documents[0]?._all_models.values() ?? [])].some(
  model => model.type === "Toolbar" && model.active_drag?.type === tool)"""


def pen(page: Page, what: str, tool: str) -> None:
    """Choose what the mouse does on the image, and wait until it does; ``tool`` is the type of Bokeh's tool for it."""
    page.get_by_label("Mouse").select_option(label=what)
    page.wait_for_function(PEN, arg=tool)


def source(page: Page, column: str, least: int = 1) -> dict[str, list[Any]]:
    """Data of the first source in the browser that has so many values in a column of this name."""
    found = page.wait_for_function(SOURCE, arg=[column, least]).json_value()
    assert isinstance(found, dict)
    return found


def until(page: Page, read: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """What is read, as soon as it holds; what a page says that moves on is read again and again.

    Raises
    ------
    AssertionError
        If it does not hold within the patience; with what was read last.
    """
    end = time.monotonic() + PATIENCE_S
    while not holds(found := read()):
        assert time.monotonic() < end, f"does not hold: {found}"
        page.wait_for_timeout(AGAIN_MS)
    return found
