"""Columns of numbers as one small HDF5 file in memory, for people who save what they see."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData


def numbers_file(numbers: Mapping[str, Mapping[str, NDArray[Any]]], about: Mapping[str, str]) -> bytes:
    """The bytes of an HDF5 file.

    Parameters
    ----------
    numbers
        A group for each curve, a dataset for each of its columns. A name that HDF5 would take for a path gets ``__`` for
        each ``/``; the attribute ``name`` of the group has it as it was.
    about
        Attributes of the file.
    """
    with h5py.File("numbers.h5", "w", driver="core", backing_store=False) as file:
        for key, text in about.items():
            file.attrs[key] = text
        for number, (name, columns) in enumerate(numbers.items()):
            place = name.replace("/", "__").replace("\0", "").strip(".") or f"curve_{number}"
            group = file.create_group(place if place not in file else f"{place}_{number}")
            group.attrs["name"] = name.replace("\0", "")
            for column, values in columns.items():
                group.create_dataset(column, data=_plain(values))
        file.flush()
        return bytes(file.id.get_file_image())


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Texts as bytes, which every HDF5 has."""
    return np.char.encode(values, "utf-8") if values.dtype.kind == "U" else values


def read_numbers(path: Path, most_bytes: int) -> tuple[dict[str, dict[str, NDArray[Any]]], dict[str, str]]:
    """What ``numbers_file`` wrote: numbers, and the attributes that are texts. Only columns of numbers are read.

    Raises
    ------
    DamagedData
        If it is no HDF5 file, cannot be read, or has more than so many bytes of numbers.
    """
    try:
        with h5py.File(path, "r") as file:
            about = {key: value for key, value in file.attrs.items() if isinstance(value, str)}
            groups = [group for group in file.values() if isinstance(group, h5py.Group)]
            found = {str(group.attrs.get("name", group.name)): _columns(group) for group in groups}
            if sum(column.nbytes for columns in found.values() for column in columns.values()) > most_bytes:
                raise DamagedData(f"has more than {most_bytes} bytes of numbers", source=path.name)
            return {name: {key: each[()] for key, each in columns.items()} for name, columns in found.items()}, about
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        raise DamagedData(f"cannot be read as HDF5 ({error})", source=path.name) from error


def _columns(group: h5py.Group) -> dict[str, h5py.Dataset]:
    return {key: each for key, each in group.items() if isinstance(each, h5py.Dataset) and each.dtype.kind in "iufb"}
