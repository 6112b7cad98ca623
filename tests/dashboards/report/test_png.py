"""Pictures as PNG: read back by a reader of its own, written after the standard."""

import struct
import zlib

import numpy as np

from dashboards.report.png import SIGNATURE, data_url, png

PALETTE = ("#000000", "#808080", "#ffffff")


def chunks(content: bytes) -> dict[bytes, bytes]:
    assert content.startswith(SIGNATURE)
    found, at = {}, len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", content, at + 8 + length)[0] == zlib.crc32(kind + data)
        found[kind] = data
        at += 12 + length
    return found


def pixels(content: bytes) -> list[list[str]]:
    parts = chunks(content)
    width, height, depth, colour = struct.unpack_from(">IIBB", parts[b"IHDR"])
    assert (depth, colour) == (8, 3)
    raw = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not raw[:, 0].any()
    table = ["#" + parts[b"PLTE"][i : i + 3].hex() for i in range(0, len(parts[b"PLTE"]), 3)]
    return [[table[i] for i in row] for row in raw[:, 1:]]


def test_values_get_the_colours_between_the_limits_and_what_is_beyond_the_last_ones() -> None:
    values = np.array([[0.0, 5.0, 10.0], [-3.0, 99.0, np.nan]])

    assert pixels(png(values, 0.0, 10.0, PALETTE)) == [["#000000", "#808080", "#ffffff"], ["#000000", "#ffffff", "#d8dde2"]]


def test_a_flat_picture_is_no_division_by_zero() -> None:
    assert pixels(png(np.full((1, 2), 7.0), 7.0, 7.0, PALETTE)) == [["#000000", "#000000"]]


def test_the_end_is_there_and_the_address_holds_it_all() -> None:
    content = png(np.zeros((1, 1)), 0, 1, PALETTE)

    assert chunks(content)[b"IEND"] == b""
    assert data_url(content).startswith("data:image/png;base64,iVBORw0KGgo")
