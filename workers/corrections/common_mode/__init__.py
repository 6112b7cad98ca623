"""Common mode: what many pixels share in one event is found and taken off. One file per algorithm, with its number."""
