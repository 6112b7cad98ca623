import numpy as np
import pytest

from monitor.xtc.layout import Struct
from monitor.xtc.types import BY_STRUCT, EPICS_LAYOUTS, TYPES, PayloadType

ENTRIES = sorted(TYPES.values(), key=lambda kind: (kind.type_id, kind.version))


def entry_name(kind: PayloadType) -> str:
    return f"{kind.name}-V{kind.version}"


def test_every_described_type_and_version_has_a_line() -> None:
    assert len(TYPES) == 183
    assert sorted(EPICS_LAYOUTS) == [*range(14, 21), *range(28, 35)]


@pytest.mark.parametrize(
    ("type_id", "version", "size"),
    [
        *((15, version, size) for version, size in enumerate([52, 60, 68, 84, 116, 140, 164, 164])),
        (14, 0, 32),
        (14, 1, 48),
        (16, 0, 32),
        (22, 1, 24),
        (22, 2, 32),
        (23, 1, 52),
        (23, 2, 60),
        (31, 1, 28),
        (29, 5, 287928),
        (107, 3, 252),
        (107, 4, 828),
    ],
)
def test_a_fixed_layout_has_the_size_that_the_format_says(type_id: int, version: int, size: int) -> None:
    dtype = TYPES[type_id, version].dtype
    assert dtype is not None
    assert dtype.itemsize == size


def test_hidden_fields_take_their_place_in_a_column() -> None:
    dtype = TYPES[23, 1].dtype
    assert dtype is not None
    assert dtype.fields is not None
    assert dtype.fields["trigDelay"] == (np.dtype("<u4"), 48)


@pytest.mark.parametrize("kind", ENTRIES, ids=entry_name)
def test_the_configurations_a_payload_needs_are_in_the_table(kind: PayloadType) -> None:
    assert all(BY_STRUCT[name].is_config for name in kind.config)


@pytest.mark.parametrize("kind", ENTRIES, ids=entry_name)
def test_names_are_unique_within_a_structure(kind: PayloadType) -> None:
    names = [name for item in kind.struct.fields for name in (item.name, *(part.name for part in item.bits))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", ENTRIES, ids=entry_name)
def test_bit_fields_lie_inside_their_word(kind: PayloadType) -> None:
    for item in all_fields(kind.struct):
        for part in item.bits:
            assert not isinstance(item.type, Struct)
            assert part.first + part.width <= 8 * np.dtype(item.type).itemsize


def all_fields(struct: Struct) -> list:
    inner = [field for item in struct.fields if isinstance(item.type, Struct) for field in all_fields(item.type)]
    return [*struct.fields, *inner]
