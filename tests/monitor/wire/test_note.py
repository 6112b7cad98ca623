"""All notes and back, and what must be refused."""

import typing
from dataclasses import fields
from typing import Any

import pytest

from monitor.errors import ProtocolError
from monitor.wire import aggregator_note, client_note, datagrams, worker_note
from monitor.wire.aggregator_note import Committed, Refused
from monitor.wire.message import Message, decode, encode
from monitor.wire.note import Map, Maps, Note, Pairs, note_of, to_message
from monitor.wire.worker_note import Done, Hello

EXAMPLES: dict[Any, Any] = {
    int: 5,
    float: 1.5,
    str: "text",
    bool: True,
    Map: {"a": [1, {"b": None}]},
    Maps: ({"path": "x", "value": 3},),
    Pairs: ((1, 4), (6, 9)),
}
WRONG: dict[Any, list[Any]] = {
    int: ["5", None, True, 1.0, -2, 1 << 62],
    float: ["x", None, True, float("nan"), float("inf")],
    str: [3, None, b"x"],
    bool: [1, "true"],
    Map: [[], {1: 2}, "x"],
    Maps: [{}, [3], "x"],
    Pairs: [{}, [1, 2], [[1]], [[1, "2"]], [[1, -5]]],
}
NOTES = [
    cls
    for module in (aggregator_note, client_note, worker_note, datagrams)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Note) and cls is not Note
]


def example(cls: type[Note]) -> Note:
    return cls(**{f.name: EXAMPLES[f.type] for f in fields(cls)})


@pytest.mark.parametrize("cls", NOTES)
def test_a_note_arrives_as_it_was_sent(cls: type[Note]) -> None:
    message = decode([bytes(part) for part in encode(to_message(example(cls)))])
    assert note_of(cls, message) == example(cls)


@pytest.mark.parametrize(("cls", "name", "wrong"), [(c, f.name, w) for c in NOTES for f in fields(c) for w in WRONG[f.type]])
def test_a_field_of_the_wrong_kind_is_refused(cls: type[Note], name: str, wrong: Any) -> None:
    header = {**to_message(example(cls)).header, name: wrong}
    with pytest.raises(ProtocolError):
        note_of(cls, Message(cls.KIND, header))


def test_a_missing_field_is_refused_unless_it_has_a_default() -> None:
    with pytest.raises(ProtocolError, match="lease"):
        note_of(Done, Message("done", {"epoch": 1}))
    assert note_of(Hello, Message("hello", {"role": "worker"})) == Hello(role="worker")


def test_another_kind_is_refused() -> None:
    with pytest.raises(ProtocolError):
        note_of(Done, to_message(Committed(epoch=1, stop=2)))


def test_what_a_newer_side_adds_is_ignored() -> None:
    message = Message("refused", {"epoch": 1, "batches": [[1, 2]], "mood": "good"})
    assert note_of(Refused, message) == Refused(epoch=1, batches=((1, 2),))


def test_every_kind_has_one_meaning_per_direction() -> None:
    kinds = [cls.KIND for cls in NOTES]
    assert all(kinds)
    assert {kind for kind in kinds if kinds.count(kind) > 1} <= {"refused"}
    assert typing.get_type_hints(Done)["lease"] is int
