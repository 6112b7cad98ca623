"""The server: its address, its port, its end."""

import gzip
import logging
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from dashboards import server
from dashboards.feed import Feed
from dashboards.pages.page import PAGES, Page
from dashboards.server import run_dashboard
from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.settings import Settings

pytestmark = pytest.mark.processes


class Running:
    """A dashboard in a thread, for a service that is not there."""

    def __init__(self, folder: Path, port: int, generation: int = 0) -> None:
        self._stop, self._ready = threading.Event(), threading.Event()
        self.address = ""
        self.warm_at_once = -1

        def ready(address: str) -> None:
            self.address, self.warm_at_once = address, len(server.WARM)
            self._ready.set()

        options = {"ready": ready, "stop": self._stop, "port": port, "generation": generation}
        self._thread = threading.Thread(target=run_dashboard, args=(Settings(), folder), kwargs=options)

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(30)
        return self.address

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()


def test_any_free_port_can_be_taken_and_the_folder_is_told_which(tmp_path: Path) -> None:
    with Running(tmp_path, port=0) as address:
        assert read_endpoints(tmp_path).dashboard == address
        with urllib.request.urlopen(address, timeout=10) as page:
            assert page.url == f"{address}overview"
            text = page.read().decode()
    assert "https://" not in text
    scripts = re.findall(r'src="[^"]*/js/([^"?]*)\?v=', text)
    assert scripts == ["bokeh.min.js", "bokeh-widgets.min.js"]
    assert "Overview · xtcmon" in text


def test_what_a_browser_loads_is_compressed_and_loaded_once(tmp_path: Path) -> None:
    with Running(tmp_path, port=0) as address:
        with urllib.request.urlopen(address, timeout=10) as page:
            script = re.search(r'src="/(static/js/bokeh.min.js[^"]*)"', page.read().decode())
        assert script is not None
        asked = urllib.request.Request(address + script[1], headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=10) as found:
            body = found.read()
            assert found.headers["Content-Encoding"] == "gzip"
            assert "max-age=315360000" in found.headers["Cache-Control"]
    assert len(body) < 500_000
    assert b"Bokeh" in gzip.decompress(body)


def test_pages_that_are_opened_leave_no_line_in_the_log_and_what_went_wrong_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("tornado.access").setLevel(logging.NOTSET)
    with caplog.at_level(logging.INFO), Running(tmp_path, port=0) as address:
        urllib.request.urlopen(f"{address}overview", timeout=10).close()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{address}nothing", timeout=10)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "tornado.access"]
    assert line.startswith("404 GET /nothing")


def test_a_restarted_dashboard_comes_back_under_its_address(tmp_path: Path) -> None:
    with Running(tmp_path, port=0) as first:
        pass
    with Running(tmp_path, port=0, generation=1) as second:
        assert second == first


def test_a_restarted_dashboard_takes_another_port_if_its_own_is_taken(tmp_path: Path) -> None:
    with Running(tmp_path, port=0) as first, Running(tmp_path, port=0, generation=1) as second:
        assert second != first


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Unusable, match=f"port {port} .* choose another with --port"):
            run_dashboard(Settings(), tmp_path, port=port)


def test_a_bug_in_the_feed_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Feed, stream: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Feed, "step", broken)

    with pytest.raises(RuntimeError, match="a bug"):
        run_dashboard(Settings(), tmp_path, port=0)


def test_pages_are_served_at_once_and_made_ready_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm: set[type[Page]] = set()
    monkeypatch.setattr(server, "WARM", warm)
    running = Running(tmp_path, port=0)
    with running:
        assert running.warm_at_once == 0
        deadline = time.monotonic() + 30
        while len(warm) < len(dict(PAGES.items())):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_page_that_cannot_be_made_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: server.Dashboard, *arguments: object) -> None:
        raise RuntimeError("a bug in a page")

    monkeypatch.setattr(server, "WARM", set())
    monkeypatch.setattr(server.Dashboard, "_open", broken)

    with pytest.raises(RuntimeError, match="a bug in a page"):
        run_dashboard(Settings(), tmp_path, port=0)
