"""Encoder box with four channels (usdusb); its settings, whose names begin with an underscore, come with every event."""

from workers.xtc2.family import FAMILIES, Family

FAMILIES.add("fast_encoder", Family(det_types=frozenset({"usdusb"}), shapes={"encoder_values": (4,)}))
