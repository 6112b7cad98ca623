import json
from pathlib import Path

import psutil
import pytest

from monitor.errors import Unusable
from monitor.supervisor.folder import OWNER, live_services, service_folder, the_service


def test_a_folder_lives_as_long_as_its_service(tmp_path: Path) -> None:
    with service_folder(tmp_path) as folder:
        assert live_services(tmp_path) == [folder]
        assert the_service(root=tmp_path) == folder
    assert not folder.exists()


def test_what_a_crashed_service_left_is_not_alive_and_is_swept_away(tmp_path: Path) -> None:
    left = tmp_path / "s_crashed"
    left.mkdir()
    (left / OWNER).write_text(json.dumps({"pid": psutil.Process().pid, "started": 1.0}))
    assert live_services(tmp_path) == []
    with service_folder(tmp_path):
        assert not left.exists()


def test_no_service_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no service runs"):
        the_service(root=tmp_path)


def test_two_services_have_to_be_told_apart(tmp_path: Path) -> None:
    with service_folder(tmp_path) as one, service_folder(tmp_path) as two, pytest.raises(Unusable) as caught:
        the_service(root=tmp_path)
    assert str(one) in str(caught.value)
    assert str(two) in str(caught.value)


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="runtime folder"), service_folder(tmp_path / "file" / "below"):
        pass
