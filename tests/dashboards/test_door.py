"""Who may see the pages."""

import http.client
import http.cookiejar
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.door import LASTS_S, Keeper, is_own, password_of
from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.errors import ConfigError, Unusable
from monitor.net.endpoints import Endpoints
from monitor.settings import Pages, parse

pytestmark = pytest.mark.processes

PASSWORD = "correct horse"


def password_file(folder: Path, text: str = PASSWORD + "\n", mode: int = 0o600) -> str:
    path = folder / "password"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Pages that need the password."""
    settings = parse({"pages": {"password_file": password_file(tmp_path)}})
    dashboard = Dashboard(settings, ServiceLink(Endpoints), port=0)
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=dashboard.run, args=(lambda told: ready.set(), stop))
    thread.start()
    try:
        assert ready.wait(30)
        yield dashboard.address
    finally:
        stop.set()
        thread.join()


def test_pages_for_other_machines_need_a_password() -> None:
    with pytest.raises(ConfigError, match="password_file"):
        password_of(Pages(address="0.0.0.0"))
    assert password_of(Pages()) == ""


@pytest.mark.parametrize(
    ("address", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("hutch", False)]
)
def test_only_loopback_is_this_machine_alone(address: str, own: bool) -> None:
    assert is_own(address) is own


def test_a_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="chmod 600"):
        password_of(Pages(address="0.0.0.0", password_file=password_file(tmp_path, mode=0o644)))


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="8 to 1000"):
        password_of(Pages(password_file=password_file(tmp_path, "abc\n")))


def test_a_key_opens_for_a_month_and_only_with_its_own_sign() -> None:
    now = [1e9]
    keeper = Keeper(PASSWORD, lambda: now[0])
    key = keeper.key()
    until, _, sign = key.partition(".")

    assert keeper.opens(key)
    assert Keeper(PASSWORD, lambda: now[0]).opens(key), "a restart sends nobody away"
    assert not Keeper("another one", lambda: now[0]).opens(key)
    assert not keeper.opens(f"{int(until) + 1}.{sign}")
    assert not any(keeper.opens(wrong) for wrong in ("", ".", "x.y", until, "9" * 40 + ".a", "١٢.a"))
    now[0] += LASTS_S + 1
    assert not keeper.opens(key)


def test_nothing_is_shown_without_the_password(address: str) -> None:
    for page in ("overview", "run/x/overview", "report/x"):
        with urllib.request.urlopen(address + page, timeout=10) as answer:
            assert "/login?next=" in answer.url
            assert "Password of these pages" in answer.read().decode()


@pytest.mark.parametrize("path", ["overview/ws", "pictures", "run/x/overview/ws", "run/x/pictures"])
def test_no_socket_opens_without_the_password(address: str, path: str) -> None:
    where = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(where.netloc, timeout=10)
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": f"http://{where.netloc}",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "bokeh, token",
    }
    try:
        connection.request("GET", f"/{path}", headers=upgrade)
        assert connection.getresponse().status == 403
    finally:
        connection.close()


def test_the_password_opens_and_leads_to_where_somebody_wanted_to_go(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = urllib.parse.urlencode({"password": PASSWORD}).encode()

    with opener.open(f"{address}login?next=%2Fscan", form, timeout=10) as answer:
        assert answer.url == f"{address}scan"
    with opener.open(f"{address}overview", timeout=10) as answer:
        assert "Overview · xtcmon" in answer.read().decode()


def test_a_token_in_the_address_opens_too_but_leads_to_no_other_server(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    asked = urllib.parse.urlencode({"token": PASSWORD, "next": "//elsewhere.org/"})

    with opener.open(f"{address}login?{asked}", timeout=10) as answer:
        assert answer.url == f"{address}overview"


def test_a_wrong_password_is_refused(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}login", b"password=guess", timeout=10)
    with refused.value as answer:
        assert answer.code == 403
