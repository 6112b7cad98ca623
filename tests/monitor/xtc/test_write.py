import struct

from monitor.xtc.names import detector_word
from monitor.xtc.write import container, datagram, type_word, xtc


def test_an_xtc_is_five_words_and_its_payload() -> None:
    data = xtc(
        level=1,
        process_id=0x1111,
        physical=detector_word("XppSb2Ipm", 1, "Ipimb", 0),
        contains=type_word(31, 1),
        payload=b"12345",
    )
    assert data == struct.pack("<5I", 0, 0x01001111, 0x10010800, 0x1001F, 28) + b"12345\0\0\0"


def test_damage_and_a_whole_logical_word_are_taken_as_they_are() -> None:
    data = xtc(level=0, logical=0xFFFFFFFF, physical=3, contains=type_word(2, 1, compressed=True), damage=2)
    assert struct.unpack("<5I", data) == (2, 0xFFFFFFFF, 3, 0x80010002, 20)


def test_a_container_is_as_long_as_its_children() -> None:
    child = xtc(level=1, physical=1, contains=type_word(14, 0), payload=bytes(32))
    data = container(level=2, process_id=4007, physical=5, children=[child, child], version=1)
    assert data == struct.pack("<5I", 0, 2 << 24 | 4007, 5, 0x10001, 124) + child + child


def test_a_datagram_packs_its_clock_and_stamp() -> None:
    data = datagram(
        service=12,
        seconds=1329500000,
        nanoseconds=155150384,
        fiducials=780,
        ticks=1500,
        vector=3,
        env=1,
        process_id=9,
        physical=8,
        damage=4,
        children=[bytes(20)],
    )
    assert data[:20] == struct.pack("<5I", 155150384, 1329500000, 12 << 24 | 1500, 3 << 17 | 780, 1)
    assert data[20:] == struct.pack("<5I", 4, 3 << 24 | 9, 8, 1, 40) + bytes(20)


def test_a_transition_has_no_fiducial() -> None:
    assert struct.unpack_from("<I", datagram(service=4, seconds=1, nanoseconds=2, children=[]), 12) == (0x1FFFF,)
