"""One file per detector family: payload types, raw layout, constants, chain."""
