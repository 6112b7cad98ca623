import pytest

from monitor.errors import ConfigError
from monitor.xtc.names import SourcePattern, detector_word, source_text, type_name

IPM = detector_word("XppSb3Ipm", 1, "Ipimb", 0)
OTHER = detector_word("XppSb3Ipm", 1, "Ipimb", 1)


@pytest.mark.parametrize(
    "text",
    [
        "XppSb3Ipm-1|Ipimb-0",
        "xppsb3ipm-1|IPIMB-0",
        "XppSb3Ipm.1:Ipimb.0",
        "DetInfo(XppSb3Ipm.1:Ipimb.0)",
        "DetInfo(XppSb3Ipm-1|Ipimb-0)",
        "XppSb3Ipm-*|Ipimb-0",
        "*-*|Ipimb-0",
        "|Ipimb-0",
        ":Ipimb.0",
        "XppSb3Ipm|Ipimb-0",
        "XppSb3Ipm-1|*-0",
    ],
)
def test_every_spelling_means_the_same_detector(text: str) -> None:
    pattern = SourcePattern.parse(text)
    assert pattern.matches(1, IPM)
    assert not pattern.matches(1, OTHER)


@pytest.mark.parametrize("text", ["XppSb3Ipm", "XppSb3Ipm-1", "XppSb3Ipm-*|Ipimb-*", "XppSb3Ipm-1|", "*", "DetInfo(:Ipimb)"])
def test_a_missing_part_matches_everything(text: str) -> None:
    pattern = SourcePattern.parse(text)
    assert pattern.matches(1, IPM)
    assert pattern.matches(1, OTHER)


@pytest.mark.parametrize("text", ["NH2-SB1-IPM-01", "BldInfo(NH2-SB1-IPM-01)", "nh2-sb1-ipm-01", " BldInfo( nh2-sb1-ipm-01 ) "])
def test_beam_line_data_go_by_their_exact_name(text: str) -> None:
    pattern = SourcePattern.parse(text)
    assert pattern.matches(6, 3)
    assert not pattern.matches(6, 4)
    assert not pattern.matches(1, 3)


def test_a_detector_pattern_matches_no_beam_line_data() -> None:
    assert not SourcePattern.parse("*").matches(6, 0)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("XppSb3Ipn-1|Ipimb-0", "XppSb3Ipm"),
        ("XppSb3Ipm-1|Ipimp-0", "Ipimb"),
        ("EBaem", "EBeam"),
        ("BldInfo(PhaseCavty)", "PhaseCavity"),
    ],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SourcePattern.parse(text)
    assert caught.value.nearest == nearest


@pytest.mark.parametrize("text", ["", "a|b|c", "XppSb3Ipm-1-2|Ipimb", "XppSb3Ipm-256|Ipimb-0", "DetInfo()", "BldInfo()"])
def test_what_is_no_address_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError):
        SourcePattern.parse(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("detinfo(xppsb3ipm.1:ipimb.0)", "XppSb3Ipm-1|Ipimb-0"), ("|cspad", "*-*|Cspad-*"), ("ebeam", "EBeam")],
)
def test_a_pattern_prints_in_one_spelling(text: str, canonical: str) -> None:
    assert str(SourcePattern.parse(text)) == canonical


def test_numbers_without_a_name_print_like_the_original() -> None:
    assert type_name(200) == "-Invalid-"
    assert source_text(1, 0x01000000, 0xFF00FF00) == "-Invalid--0|-Invalid--0"
    assert source_text(2, 0x02000FA7, 0xAC150A0B) == "Segment pid 4007 ip 172.21.10.11"
