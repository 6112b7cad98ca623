"""What a report says, from rows written out by hand."""

import numpy as np
import pytest

from dashboards.report.drawing import Drawing, limits, ticks
from dashboards.report.page import html_of
from dashboards.report.sections import means, medians, missing
from dashboards.snapshot import FieldInfo, Picture, SettingsVersion, Snapshot
from dashboards.table import Table

EVENTS = 240
SEQ = np.arange(EVENTS)


def rows(**more: list[float]) -> Table:
    columns = {
        "ipm2/sum": 1.0 + SEQ % 2,
        "ipm3/sum": 2.0 * (1.0 + SEQ % 2),
        "lightStatus/laser": SEQ % 2 * 1.0,
        "scan/delay": SEQ // 120 * 100.0,
        **{name: np.array(values) for name, values in more.items()},
    }
    return Table(SEQ, np.full(EVENTS, 98), SEQ // 120, 1e9 + SEQ / 120, columns)


def snapshot(table: Table) -> Snapshot:
    change = SettingsVersion(version=1, first=0, time=1e9, author="<Ada>", what=(), settings={})
    return Snapshot(
        rows=table,
        fields={"ipm2/sum": FieldInfo("V")},
        run={"experiment": "xpp<b>", "run": 98},
        status={"written": EVENTS, "lost": 3, "balance": {"read": 243}},
        pictures={"sum/cspad/calib": Picture(np.arange(12.0).reshape(3, 4), "keV", 77, {}, 0.0)},
        changes=(change,),
        recorded="run.h5",
    )


def test_the_page_needs_nothing_from_anywhere_and_has_no_script() -> None:
    page = html_of(snapshot(rows()))

    assert "http" not in page
    assert "<script" not in page
    assert "src=" in page
    assert all(part.startswith("data:image/png;base64,") for part in (each.split('"')[1] + "" for each in page.split("src=")[1:]))


def test_what_people_wrote_is_text_and_never_markup() -> None:
    page = html_of(snapshot(rows()))

    assert "xpp&lt;b&gt;" in page
    assert "&lt;Ada&gt;" in page
    assert "<Ada>" not in page


def test_the_summary_tells_events_losses_and_light() -> None:
    page = html_of(snapshot(rows()))

    assert "240 written, 3 lost" in page
    assert "on in 120 events, off in 120" in page
    assert "mean of 77 events" in page


def test_a_source_that_a_tenth_of_the_events_lack_is_named_with_its_share() -> None:
    gone = [1.0] * 180 + [float("nan")] * 60

    assert "<td>camera</td><td>60</td><td>25.0 %</td>" in missing(rows(**{"camera/sum": gone}))
    assert "at least 90 %" in missing(rows())


def test_medians_are_those_of_a_second_of_beam() -> None:
    x, middle = medians(np.arange(250.0), np.concatenate((np.full(120, 3.0), [9.0] * 61 + [1.0] * 59, np.full(10, 50.0))))

    np.testing.assert_allclose(x, [59.5, 179.5])
    np.testing.assert_allclose(middle, [3.0, 9.0])


def test_means_have_the_standard_error_of_their_place() -> None:
    places, mean, error = means(np.array([1.0, 1.0, 2.0, np.nan]), np.array([2.0, 4.0, 7.0, 1.0]))

    np.testing.assert_array_equal(places, [1.0, 2.0])
    np.testing.assert_array_equal(mean, [3.0, 7.0])
    # Deviation sqrt(2) of two values, over sqrt(2).
    np.testing.assert_allclose(error, [1.0, np.nan])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (-0.3, 0.3, [-0.2, 0, 0.2]), (13590, 13612, [13590, 13595, 13600, 13605, 13610])],
)
def test_ticks_are_round_and_inside(low: float, high: float, expected: list[float]) -> None:
    assert list(ticks(low, high)) == pytest.approx(expected)


def test_a_plot_of_nothing_is_a_plot() -> None:
    nothing = np.array([np.nan])
    assert limits(nothing) == (0.0, 1.0)
    assert "<svg" in Drawing("a", "b", "c", (3.0, 3.0), limits(nothing)).density(nothing, nothing).line(nothing, nothing).svg()


def test_an_empty_run_has_a_report() -> None:
    assert "no file" not in html_of(Snapshot(recorded="empty.h5"))
