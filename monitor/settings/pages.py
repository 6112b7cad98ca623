"""Settings: pages, alarms and the plot of a scan."""

from typing import Literal

from pydantic import Field, model_validator

from monitor.settings.section import Section


class Pages(Section):
    """The dashboards."""

    port: int = Field(5006, ge=0, le=65535)
    address: str = "127.0.0.1"
    """Where they are served. Anything but this machine alone needs ``password_file``."""
    password_file: str = ""
    """File whose first line is the password of the pages; nobody but its owner may read it."""
    origins: tuple[str, ...] = ()
    """Further ``host:port`` under which browsers reach the pages (a name, a proxy, a tunnel)."""
    layout: str = ""
    """Name of the saved layout that is shown to who asks for none."""
    report: bool = True
    """Write a page ``<run>_report.html`` beside the file of each run when it is closed."""
    frame_rate: float = Field(10.0, gt=0)
    """Most pictures per second of each detector; made only while somebody looks."""
    history: int = Field(120_000, ge=100)


class Alarm(Section):
    """Something that people must be told: exactly one of value, service and absent, and a limit for the first two."""

    name: str = Field(min_length=1)
    value: str = ""
    """Expression over the fields of an event, as on the pages: ``max_x / ipm2/sum where lightStatus/laser == 1``."""
    service: Literal["", "rate", "lost", "late", "damaged", "lag", "latency", "quarantined"] = ""
    """A number of the service itself, each half second; events of ``lost`` to ``quarantined`` are counted per second."""
    absent: str = ""
    """A field (or expression) that events should have."""
    above: float | None = None
    below: float | None = None
    back: float | None = None
    """The limit on the way back, for values that waver around the other one; left out, the same."""
    average: int = Field(1, ge=1, le=100_000)
    """The mean of so many values in turn is judged."""
    seconds: float = Field(0.0, ge=0)
    """For so long it has to be bad before the alarm is raised, and good before it is over."""
    events: int = Field(1, ge=1)
    """So many values in turn, likewise."""
    severity: Literal["warning", "alarm"] = "alarm"
    command: tuple[str, ...] = ()
    """Program and arguments that are run, without a shell, when it is raised and when it is over; the environment has
    XTCMON_ALARM, XTCMON_ALARM_STATE (raised, over) and XTCMON_ALARM_VALUE."""

    @model_validator(mode="after")
    def _one_meaning(self) -> "Alarm":
        if sum(bool(each) for each in (self.value, self.service, self.absent)) != 1:
            raise ValueError("an alarm needs exactly one of value, service and absent")
        if not self.absent and (self.above is None) == (self.below is None):
            raise ValueError("an alarm needs one limit: above or below")
        return self


class Scan(Section):
    """What the Scan page shows by default."""

    signal: str = ""
    monitor: str = ""
    variable: str = ""
    time: str = "phase_cav/fit_time_1"
    time_scale: float = 1.0
