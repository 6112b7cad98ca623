"""Settings: where events come from."""

from typing import Literal

from pydantic import Field

from monitor.settings.section import Section


class Source(Section):
    """Where events come from: exactly one of dataset, files, listen, simulate."""

    dataset: str = ""
    files: tuple[str, ...] = ()
    listen: str = ""
    """Address on which a replay (or another sender of datagrams) is awaited, for example ``tcp://127.0.0.1:5581``."""
    simulate: str = ""
    rate: float = Field(0.0, ge=0)
    """Events per second at which recorded files are played; 0 = as fast as they are worked off."""
    mode: Literal["auto", "lossless", "live"] = "auto"
    """auto: live for listen and for a rate above 0, else lossless."""
    bytes: Literal["auto", "reference", "ring", "inline"] = "auto"
    max_events: int = Field(256, ge=1, le=65536)
    max_bytes: int = Field(16 << 20, ge=1)
    max_wait: float = Field(0.02, ge=0)
    first_camera_stream: int = Field(80, ge=1)
    data_directory: str = ""
    """Folder with the site's experiments (``<instrument>/<experiment>/xtc``) for dataset; empty: environment XTCMON_DATA."""
    follow: Literal["auto", "yes", "no"] = "auto"
    """Read on as the files grow; auto: where a name ends in ``.inprogress`` or the dataset says ``live``."""
    follow_timeout: float = Field(120.0, gt=0)
    """Seconds without growth after which the writer of a followed file counts as dead."""
    events: str = ""
    """Only these recorded events, counted from 0: ``17``, ``100:200``, ``100:``; not for listen."""
    times: str = ""
    """Only events of these Unix times in seconds: ``1329503100.25`` (the next one), ``A:B``; not for listen."""
