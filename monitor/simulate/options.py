"""What a person may choose about a simulated run; everything left out is the scenario's own choice."""

from dataclasses import dataclass, fields

from monitor.errors import ConfigError

PULSE_RATE = 360
"""Fiducials per second; event rates divide it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Size, speed and faults of a simulated run.

    Attributes
    ----------
    steps
        Calib cycles.
    events
        Events per calib cycle.
    streams
        DAQ recorders; event n is written by recorder n modulo ``streams``.
    chunk_size
        Bytes after which a recorder begins its next file; 0 = one file per recorder.
    rate
        Events per second of beam time; a divisor of 360.
    damage
        Fraction of events in which one contribution is damaged.
    seed
        Start of all randomness; the same options give the same bytes.
    detector
        For scenarios that know several detectors: which one.
    pace
        Events per second at which files grow; 0 = as fast as the disk takes them.
    overwrite
        Replace files of the same run that are already there.
    """

    steps: int | None = None
    events: int | None = None
    streams: int | None = None
    chunk_size: int | None = None
    rate: float | None = None
    damage: float | None = None
    seed: int = 1
    detector: str | None = None
    pace: float = 0.0
    overwrite: bool = False

    def over(self, defaults: "Options") -> "Setup":
        """These choices, completed from ``defaults`` and checked.

        Raises
        ------
        ConfigError
            For a number that no run can have.
        """
        wished = {field.name: getattr(self, field.name) for field in fields(self)}
        merged = {name: getattr(defaults, name) if value is None else value for name, value in wished.items()}
        for name, least, most in LIMITS:
            if not least <= merged[name] <= most:
                raise ConfigError(f"must lie between {least:g} and {most:g}, and is {merged[name]}", key=f"simulate.{name}")
        if merged["steps"] * merged["events"] > EVENT_LIMIT:
            raise ConfigError(f"a run has at most {EVENT_LIMIT} events", key="simulate.events")
        rate = merged.pop("rate")
        spacing = max(1, round(PULSE_RATE / rate))
        if spacing * rate != PULSE_RATE:
            why = f"{rate:g} events/s does not divide {PULSE_RATE} pulses/s"
            raise ConfigError(why, key="simulate.rate", nearest=f"{PULSE_RATE / spacing:g}")
        return Setup(spacing=spacing, **merged)


EVENT_LIMIT = 10_000_000
"""What is true of every event is held in memory: about 250 bytes each."""

LIMITS: tuple[tuple[str, float, float], ...] = (
    ("steps", 1, 100_000),
    ("events", 1, 1_000_000),
    ("streams", 1, 80),
    ("chunk_size", 0, 1 << 40),
    ("rate", 1, PULSE_RATE),
    ("damage", 0, 1),
    ("seed", 0, (1 << 63) - 1),
    ("pace", 0, 1e6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Options with nothing left open: ``spacing`` is in 360 Hz pulses between events, the rest as in ``Options``."""

    steps: int
    events: int
    streams: int
    chunk_size: int
    spacing: int
    damage: float
    seed: int
    detector: str
    pace: float
    overwrite: bool

    @property
    def total(self) -> int:
        """Events of the run."""
        return self.steps * self.events
