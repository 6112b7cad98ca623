"""What fields the rows of a run have, told before anyone needs it."""

from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire.message import Message

TOPIC = "schema/events"


class Schema:
    """The union of the fields that were seen in the rows of one run."""

    def __init__(self) -> None:
        self._run = -1
        self._fields: dict[str, Field] = {}

    def update(self, run: int, rows: Rows) -> Message | None:
        """Take note of rows; return the schema if it is another one now."""
        known = {} if run != self._run else self._fields
        new = {
            name: column.field
            for name, column in rows.columns.items()
            if known.get(name) is not column.field and known.get(name) != column.field
        }
        if not new and run == self._run:
            return None
        self._run, self._fields = run, {**known, **new}
        return Message("schema", {"run": run, "fields": [_as_map(field) for field in self._fields.values()]}, topic=TOPIC)


def _as_map(field: Field) -> dict[str, object]:
    """A field in plain words."""
    return {
        "name": field.path,
        "dtype": field.dtype.str,
        "shape": list(field.shape),
        "unit": field.unit,
        "description": field.description,
        **({"ragged": True} if field.ragged else {}),
        **({"aligned": field.aligned} if field.aligned else {}),
    }
