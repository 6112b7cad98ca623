"""What a browser says is the same however its bytes are cut, and what breaks the rules of RFC 6455 is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.pictures.framing import BINARY, CLOSE, LONGEST, PING, TEXT, Incoming, head, unmasked
from monitor.errors import ProtocolError


def framed(kind: int, content: bytes, *, final: bool = True, mask: bytes = b"\x37\xfa\x21\x3d") -> bytes:
    """A browser's frame as section 5.2 draws it."""
    size = len(content)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + struct.pack("!H", size)
    else:
        length = b"\xff" + struct.pack("!Q", size)
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(content))
    return bytes([(0x80 if final else 0) | kind]) + length + mask + masked


STREAM = (
    framed(TEXT, b'{"drawn": 1}')
    + framed(TEXT, b"be", final=False)
    + framed(PING, b"there?")
    + framed(0, b"g", final=False)
    + framed(0, b"un")
    + framed(BINARY, b"x" * 200)
    + framed(CLOSE, b"\x03\xe8")
)
WHOLE = [(TEXT, b'{"drawn": 1}'), (PING, b"there?"), (TEXT, b"begun"), (BINARY, b"x" * 200), (CLOSE, b"\x03\xe8")]


def read(*pieces: bytes) -> list[tuple[int, bytes]]:
    incoming = Incoming()
    return [message for piece in pieces for message in incoming.take(piece)]


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_messages_do_not_depend_on_where_the_bytes_are_cut(cut: int) -> None:
    assert read(STREAM[:cut], STREAM[cut:]) == WHOLE


def test_messages_are_the_same_byte_by_byte() -> None:
    assert read(*(bytes([byte]) for byte in STREAM)) == WHOLE


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, LONGEST])
def test_every_length_is_read(size: int) -> None:
    assert read(framed(TEXT, b"a" * size)) == [(TEXT, b"a" * size)]


def test_the_example_of_the_protocol_is_read() -> None:
    # RFC 6455, section 5.7: a single-frame masked text message, "Hello".
    assert read(bytes([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])) == [(TEXT, b"Hello")]


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=40))
def test_the_mask_is_taken_off_byte_by_byte(mask: bytes, content: bytes) -> None:
    assert unmasked(mask, content) == bytes(byte ^ mask[i % 4] for i, byte in enumerate(content))


@pytest.mark.parametrize(
    "broken",
    [
        b"\x81\x05Hello",
        bytes([0xC1]) + framed(TEXT, b"a")[1:],
        framed(0x3, b"a"),
        framed(0xB, b"a"),
        framed(PING, b"a", final=False),
        framed(PING, b"a" * 126),
        framed(0, b"a"),
        framed(TEXT, b"a", final=False) + framed(TEXT, b"a"),
        framed(TEXT, b"a" * (LONGEST + 1)),
        framed(TEXT, b"a" * LONGEST, final=False) + framed(0, b"a"),
        b"\x81\xff" + b"\xff" * 8,
    ],
)
def test_what_breaks_the_rules_is_refused(broken: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(broken)


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except ProtocolError:
        return


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 33])
def test_the_length_stands_before_a_message_as_the_protocol_says(size: int) -> None:
    if size < 126:
        length = bytes([size])
    else:
        length = b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")
    assert head(BINARY, size) == b"\x82" + length
