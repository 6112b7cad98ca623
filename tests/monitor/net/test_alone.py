from pathlib import Path

import pytest

from monitor.errors import Unusable
from monitor.net.alone import alone


def test_a_second_process_of_a_role_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with (
        alone(tmp_path, "aggregator"),
        pytest.raises(Unusable, match="another aggregator runs in"),
        alone(tmp_path, "aggregator"),
    ):
        pass


def test_roles_do_not_hinder_each_other_and_who_left_is_followed(tmp_path: Path) -> None:
    with alone(tmp_path / "new", "aggregator"), alone(tmp_path / "new", "reader"):
        pass
    with alone(tmp_path / "new", "aggregator"):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="cannot be written"), alone(tmp_path / "file" / "below", "reader"):
        pass
