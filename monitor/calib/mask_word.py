"""The facility's word for combined masks (``mask_comb``) in terms of our settings, and the masks that small-data files have."""

from enum import IntFlag

from monitor.settings import Mask


class MaskWord(IntFlag):
    """What a combined mask leaves out."""

    STATUS = 1
    PIXEL_MASK = 2
    EDGES = 4
    CENTRAL = 8
    UNBONDED = 16
    UNBONDED_4 = 32
    UNBONDED_8 = 64


STATUS_MASK = int(MaskWord.STATUS)
MASK = int(MaskWord.STATUS | MaskWord.EDGES | MaskWord.CENTRAL | MaskWord.UNBONDED | MaskWord.UNBONDED_4)
USER_MASK = int(MASK | MaskWord.PIXEL_MASK)
"""Words of what smalldata_tools call ``statusMask``, ``mask`` and ``cmask``."""


def from_word(word: int, wanted: Mask) -> Mask:
    """The settings with what a word says instead of their own choice; gain ranges, status bits and the user's file stay.

    Parameters
    ----------
    word
        Bits of ``MaskWord``.
    wanted
        Settings to change.
    """
    bits = MaskWord(word)
    around = 8 if bits & MaskWord.UNBONDED_8 else 4 if bits & MaskWord.UNBONDED_4 else 0
    edge = 1 if bits & MaskWord.EDGES else 0
    changes = {
        "bits": None,
        "pixel_mask": bool(bits & MaskWord.PIXEL_MASK),
        "edges": (edge, edge),
        "central": 1 if bits & MaskWord.CENTRAL else 0,
        "unbonded": bool(bits & MaskWord.UNBONDED) or around > 0,
        "unbonded_neighbours": around,
    }
    if not bits & MaskWord.STATUS:
        changes |= {"status": 0, "status_extra": 0, "status_data": 0}
    return wanted.model_copy(update=changes)
