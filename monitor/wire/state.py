"""The run state as a message: configuration payloads as byte arrays, names in the header."""

from typing import Any

import numpy as np

from monitor.errors import ProtocolError
from monitor.model.run_state import ConfigKey, PvName, RunState
from monitor.wire.message import Message

WORD = 1 << 32
NUMBERS = ("version", "run", "step")


def state_message(state: RunState) -> Message:
    """The message that tells a worker what holds from now on."""
    names = [f"config/{i}" for i in range(len(state.configs))]
    header = {
        "version": state.version,
        "experiment": state.experiment,
        "run": state.run,
        "step": state.step,
        "format": state.format,
        "configs": [[key.level, key.physical, key.contains, name] for key, name in zip(state.configs, names, strict=True)],
        "pvs": [[name.pv, name.alias] for name in state.pvs],
    }
    arrays = {name: np.frombuffer(data, np.uint8) for name, data in zip(names, state.configs.values(), strict=True)}
    return Message("state", header, arrays)


def state_of(message: Message) -> RunState:
    """The run state in a message.

    Raises
    ------
    ProtocolError
        If a field is missing or of the wrong kind.
    """
    header = message.header
    experiment, form = header.get("experiment"), header.get("format")
    if message.kind != "state" or not isinstance(experiment, str) or not isinstance(form, str):
        raise ProtocolError("expected a state with experiment and format")
    numbers: dict[str, Any] = {name: header.get(name) for name in NUMBERS}
    if not all(isinstance(value, int) and -1 <= value < 1 << 62 for value in numbers.values()):
        raise ProtocolError("version, run and step of a state are whole numbers")
    configs, pvs = header.get("configs"), header.get("pvs")
    if not isinstance(configs, list) or not isinstance(pvs, list):
        raise ProtocolError("configs and pvs of a state are lists")
    return RunState(
        **numbers,
        experiment=experiment,
        format=form,
        configs=dict(_config(entry, message) for entry in configs),
        pvs=tuple(_pv(entry) for entry in pvs),
    )


def _config(entry: object, message: Message) -> tuple[ConfigKey, bytes]:
    """One configuration payload."""
    if not isinstance(entry, list) or len(entry) != 4 or not isinstance(entry[3], str):
        raise ProtocolError("a config of a state is [level, physical, contains, part name]")
    words, array = entry[:3], message.arrays.get(entry[3])
    if not all(isinstance(word, int) and 0 <= word < WORD for word in words):
        raise ProtocolError("the key of a config is three words of 32 bits")
    if array is None or array.dtype != np.uint8 or array.ndim != 1:
        raise ProtocolError(f"the bytes of config {entry[3]!r} are missing")
    return ConfigKey(*words), array.tobytes()


def _pv(entry: object) -> PvName:
    """One EPICS name."""
    if not isinstance(entry, list) or len(entry) != 2 or not all(isinstance(text, str) for text in entry):
        raise ProtocolError("a pv of a state is [pv, alias]")
    return PvName(*entry)
