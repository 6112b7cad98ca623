"""Options of the producers: what they change, and what is said of those that do not apply."""

from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.settings import Settings, parse
from monitor.tools.main import run
from monitor.tools.producer_options import REFUSED, Producer, refuse_strange, source_words

BOTH = parse({"detector": [{"name": "cspad", "mask": {"central": 3}}, {"name": "line", "field": "acq/waveform"}]})


def applied(settings: Settings = BOTH, **options: bool) -> dict[str, Any]:
    return Producer(**options).applied(settings).model_dump()


def test_without_options_the_settings_stay_as_they_are() -> None:
    assert Producer().applied(BOTH) == BOTH


def test_default_keeps_scalars_only() -> None:
    found = applied(default=True)
    assert (found["detector"], found["others"]["keep"]) == ((), "none")


@pytest.mark.parametrize(("option", "kind"), [("full", "ROIFunc"), ("image", "imageFunc")])
def test_full_and_image_are_of_every_area_detector(option: str, kind: str) -> None:
    found = applied(**{option: True})
    assert found["others"]["keep"] == option
    assert [feature["kind"] for feature in found["detector"][0]["feature"]] == [kind]
    assert found["detector"][1]["feature"] == ()


def test_a_feature_of_that_name_is_not_added_twice() -> None:
    settings = parse({"detector": [{"name": "a", "feature": [{"kind": "ROIFunc", "name": "full"}]}]})
    assert len(applied(settings, full=True)["detector"][0]["feature"]) == 1


def test_sums_are_added_or_left_out() -> None:
    more = applied(full_sum=True)
    assert more["detector"][0]["sums"] == ("calib", "calib_dropped", "calib_thresADU1", "calib_max")
    assert more["others"]["sums"] == more["detector"][0]["sums"]
    none = applied(no_sum=True)
    assert (none["detector"][0]["sums"], none["others"]["sums"]) == ((), ())


def test_pixels_beside_the_borders_of_chips_are_kept_if_asked() -> None:
    assert applied(centerpix=True)["detector"][0]["mask"]["central"] == 0


@pytest.mark.parametrize("options", [{"default": True, "full": True}, {"full_sum": True, "no_sum": True}])
def test_options_that_contradict_each_other_are_refused(options: dict[str, bool]) -> None:
    with pytest.raises(ConfigError):
        Producer(**options).applied(BOTH)


@pytest.mark.parametrize("option", REFUSED)
def test_an_option_that_does_not_apply_is_refused_with_a_sentence(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["smalldata", option, "x.xtc"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"xtcmon: {option}: ")
    assert REFUSED[option] in said


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"did you mean '--nevents'"):
        refuse_strange(["--nevnts=3"], ["--nevents", "--full"])


def test_a_producer_configuration_is_sent_to_the_converter(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["smalldata", "--config", "prod_config_xpp.py", "x.xtc"]) == 2
    assert "xtcmon settings convert prod_config_xpp.py" in capsys.readouterr().err


def test_experiment_and_run_stand_for_a_specification() -> None:
    assert source_words(["a.toml"], "xpptut15", 54) == ["a.toml", "exp=xpptut15:run=54"]
    assert source_words(["a.xtc"], "xpptut15", 54) == ["a.xtc"]
    with pytest.raises(ConfigError, match="go together"):
        source_words([], "xpptut15", None)
