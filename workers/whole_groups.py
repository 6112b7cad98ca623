"""A last look at the rows before they leave: the fields of a ragged group agree, or are left out."""

from monitor.model.rows import Rows
from monitor.wire.rows import torn_groups


def whole_groups(rows: Rows) -> tuple[Rows, dict[str, int]]:
    """Rows without the ragged groups whose fields have different lengths in one event, and what is to be noted of them.

    The aggregator would refuse such rows, and their events would be handed out again for ever.
    """
    torn = torn_groups(rows.columns.values())
    if not torn:
        return rows, {}
    kept = {path: column for path, column in rows.columns.items() if not column.field.ragged or column.field.group not in torn}
    noted = {f"fields below {group} have different lengths in one event and are left out": rows.count for group in torn}
    return Rows(rows.first, rows.count, kept), noted
