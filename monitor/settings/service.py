"""Settings: processes, file, and what reaches other machines."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from monitor.settings.section import Section


class Store(Section):
    """Where and how the small-data file is written."""

    directory: str = ""
    roll_size: str = "2 GiB"
    compact: bool = True
    """One plain file at the end of a run instead of its parts."""
    existing: Literal["refuse", "replace"] = "refuse"
    """What to do about a file of the same run that is there already."""


class Pool(Section):
    """How many workers, and how much they may have in hand."""

    workers: int = Field(2, ge=1, le=1024)
    credits: int = Field(4, ge=1, le=1024)
    lease_timeout: float = Field(20.0, gt=0)
    epoch_time: float = Field(2.0, gt=0)
    """Seconds after which rows and sums become durable together; rows are published at once all the same."""
    ring_size: str = "512 MiB"
    reserve: int = Field(0, ge=0, le=1024)
    """MiB of memory that the aggregator and each worker take when they start, beside what they need anyhow. On a virtual machine
    fresh memory is slow, and the sums of a detector of some megapixels otherwise cost the first seconds of a run."""


class Stream(Section):
    """The reduced stream, and the requests of those who read it."""

    address: str = "tcp://127.0.0.1:5580"
    requests: str = ""
    """Where requests are answered; empty: any port of the machine that ``address`` names."""
    frames: int = Field(16, ge=0, le=1000)
    """Newest frames of each detector kept for requests."""
    control: Literal["anyone", "nobody"] = "anyone"
    """Who may change settings over ``requests`` where no keys are in use; with keys it is in the list of keys."""


class Keys(Section):
    """Who may connect from other machines."""

    directory: str = ""
    """Folder of the keys, made by ``xtcmon keys make``; empty: environment XTCMON_KEYS, else ``~/.config/xtcmon/keys``."""
    required: bool = False
    """Ask for keys on this machine's own tcp sockets too."""
    insecure: bool = False
    """Open sockets to other machines without any keys."""


class Metrics(Section):
    """What Prometheus may fetch."""

    port: int = Field(0, ge=0, le=65535)
    """0 = off."""
    address: str = "127.0.0.1"


class Bridge(Section):
    """The reduced stream in another tool's words. Every further key belongs to the dialect and is checked by it."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    kind: str
    """Name of the dialect: ``karabo``, ``bsread``, ``crystfel``, ``dectris``, ``array-1.0``, ``http``."""
    address: str
    name: str = ""
    """What the status calls it; empty = the kind."""
    socket: Literal["", "pub", "push", "rep"] = ""
    """How it is handed out; empty = the way the dialect's own clients expect by default."""
    fields: tuple[str, ...] = ()
    """Fields of the rows, ``*`` and ``?`` as in file names; empty = all."""
    frames: tuple[str, ...] = ()
    """Detectors whose frames are told as well."""
    every: int = Field(1, ge=1)
    """Only events whose sequence number divides by this."""
    insecure: bool = False
    """The address may be one that other machines can reach; these dialects know no keys."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What the settings say for the dialect alone."""
        return dict(self.model_extra or {})
