"""Under which names browsers may speak to the pages."""

import socket

import pytest

from dashboards.listening import host_of, origins
from monitor.settings import Pages

pytestmark = pytest.mark.processes


def test_pages_of_this_machine_alone_know_no_other_name() -> None:
    assert origins(Pages(), 5006) == ["127.0.0.1:5006", "localhost:5006"]


def test_pages_for_others_know_the_machine_and_the_names_of_the_settings() -> None:
    found = origins(Pages(address="0.0.0.0", origins=("proxy:8443",)), 5006)

    assert f"{socket.gethostname()}:5006" in found
    assert "proxy:8443" in found
    assert "*" not in "".join(found)


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert host_of("::1") == "[::1]"
