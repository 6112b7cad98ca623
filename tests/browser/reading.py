"""Reads back from the browser what a page draws."""

from typing import Any

from playwright.sync_api import Page

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


def source(page: Page, column: str, least: int = 1) -> dict[str, list[Any]]:
    """Data of the first source in the browser that has so many values in a column of this name."""
    found = page.wait_for_function(SOURCE, arg=[column, least]).json_value()
    assert isinstance(found, dict)
    return found
