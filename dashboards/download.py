"""Hands a browser a file that its session made; it goes the way of all plots, so no further address can be asked for it."""

from typing import Any

from bokeh.models import ColumnDataSource, CustomJS

from dashboards.saved import as_bytes

TAKE = """
    const [bytes] = file.data.bytes;
    if (bytes === undefined) return;
    const url = URL.createObjectURL(new Blob([bytes], {type: file.data.type[0]}));
    const link = Object.assign(document.createElement("a"), {href: url, download: file.data.name[0]});
    document.body.append(link);
    link.click();
    link.remove();
    URL.revokeObjectURL(url);
"""
TYPES = {"csv": "text/csv", "h5": "application/x-hdf5", "png": "image/png", "toml": "text/plain"}


class Download:
    """Files for one browser.

    Parameters
    ----------
    root
        Any model of the page; it keeps the channel in the document.
    """

    def __init__(self, root: Any) -> None:
        self._file = ColumnDataSource(data={"bytes": [], "name": [], "type": []})
        script = CustomJS(args={"file": self._file}, code=TAKE)
        self._file.js_on_change("data", script)
        root.js_on_change("tags", script)

    def give(self, name: str, content: bytes) -> None:
        """Have the browser save a file."""
        kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        self._file.data = {"bytes": [as_bytes(content)], "name": [name], "type": [kind]}
        if self._file.document is not None:
            # It leaves at the end of this turn; the session need not keep it any longer.
            self._file.document.add_next_tick_callback(self._forget)

    def _forget(self) -> None:
        self._file.data = {"bytes": [], "name": [], "type": []}
