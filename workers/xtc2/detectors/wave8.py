"""Eight-channel digitizer of intensity and position monitors: what its firmware finds, under the monitor's own name."""

from workers.xtc2.family import FAMILIES, Family

FAMILIES.add(
    "wave8_fex", Family(det_types=frozenset({"wave8"}), algorithm="fex", units={"intensity": "", "posX": "", "posY": ""})
)
