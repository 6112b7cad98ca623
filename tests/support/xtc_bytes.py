"""Builds LCLS-I bytes with struct alone, from the format's description and not from the code under test."""

import struct
from dataclasses import dataclass

CONFIGURE, BEGIN_RUN, END_RUN, BEGIN_CYCLE, END_CYCLE, ENABLE, DISABLE, L1ACCEPT = 4, 6, 7, 8, 9, 10, 11, 12
NO_FIDUCIAL = 0x1FFFF

IPM = 1, 0x10010800
"""Level and physical word of XppSb2Ipm-1|Ipimb-0."""
CAMERA = 1, 0x19002901
"""XcsEndstation-0|ControlsCamera-1."""
EPICS_ARCH = 1, 0x09000000
"""EpicsArch-0|NoDevice-0."""
EBEAM = 6, 0


def xtc(source: tuple[int, int], contains: int, payload: bytes = b"", *, damage: int = 0, extent: int | None = None) -> bytes:
    """One XTC; the payload is padded to a multiple of 4."""
    payload += bytes(-len(payload) % 4)
    size = 20 + len(payload) if extent is None else extent
    return struct.pack("<5I", damage, source[0] << 24 | 1234, source[1], contains, size) + payload


def container(*children: bytes, damage: int = 0, level: int = 2) -> bytes:
    """A segment with children."""
    return xtc((level, 0xAC150A05), 1, b"".join(children), damage=damage)


def datagram(
    service: int,
    *children: bytes,
    time: tuple[int, int],
    fiducials: int = NO_FIDUCIAL,
    vector: int = 0,
    env: int = 0,
    damage: int = 0,
) -> bytes:
    """A datagram whose root has these children; time is (seconds, nanoseconds)."""
    head = struct.pack("<5I", time[1], time[0], service << 24 | 1500, fiducials | vector << 17, env)
    return head + container(*children, damage=damage, level=3)


def ipm(value: int, *, damage: int = 0) -> bytes:
    """24 bytes of IpimbData V2 that all say the same."""
    return xtc(IPM, 2 << 16 | 22, bytes([value % 256]) * 24, damage=damage)


def epics_ctrl(pv: int, name: str, value: float) -> bytes:
    """A scalar DOUBLE with name, as in Configure."""
    payload = struct.pack("<3h", pv, 34, 1) + name.encode().ljust(64, b"\0")
    return xtc(EPICS_ARCH, 1 << 16 | 13, payload.ljust(152, b"\0") + struct.pack("<d", value))


def epics_time(pv: int, value: float) -> bytes:
    """A scalar DOUBLE update."""
    return xtc(EPICS_ARCH, 1 << 16 | 13, struct.pack("<3h", pv, 20, 1).ljust(24, b"\0") + struct.pack("<d", value))


def epics_config(aliases: dict[int, str]) -> bytes:
    """EpicsConfig V1."""
    records = b"".join(struct.pack("<h64shf", pv, alias.encode(), 0, 1.0) for pv, alias in aliases.items())
    return xtc(EPICS_ARCH, 1 << 16 | 54, struct.pack("<i", len(aliases)) + records)


@dataclass
class Clock:
    """Times of a run: a pulse every 8.3 ms, three fiducials apart, wrapping at 131040."""

    fiducial: int = 1000
    nanoseconds: int = 0
    seconds: int = 1_329_500_000

    def tick(self, fiducials: int = 3) -> tuple[int, int]:
        """Time of the next pulse."""
        self.fiducial = (self.fiducial + fiducials) % 131040
        self.nanoseconds += fiducials * 2_777_778
        self.seconds += self.nanoseconds // 1_000_000_000
        self.nanoseconds %= 1_000_000_000
        return self.seconds, self.nanoseconds


def run_streams(
    *, steps: int = 2, events: int = 8, daq: int = 2, camera: bool = False, first_fiducial: int = 1000, payloads: int = 1
) -> dict[int, list[bytes]]:
    """Datagrams of a well-formed run by stream: events in turn over the DAQ streams, every second one with a camera frame.

    The camera's clock is 3 s ahead in its events, as seen in recorded runs.
    """
    clock = Clock(fiducial=first_fiducial)
    numbers = [*range(daq), *([80] if camera else [])]
    streams: dict[int, list[bytes]] = {n: [] for n in numbers}

    def transition(service: int, *children: bytes, env: int = 0) -> None:
        when = clock.tick()
        for n in numbers:
            streams[n].append(datagram(service, *(children if n < 80 else ()), time=when, env=env if n < 80 else 0))

    names = container(epics_config({1: "one"}), epics_ctrl(1, "PV:ONE", 0.5), epics_ctrl(2, "PV:TWO", 1.5))
    transition(CONFIGURE, container(xtc(IPM, 2 << 16 | 23, bytes(24))), names)
    transition(BEGIN_RUN, env=7)
    count = 0
    for step in range(steps):
        transition(BEGIN_CYCLE, xtc((0, 0xAC150A05), 2 << 16 | 10, bytes([step]) * 16))
        transition(ENABLE)
        for _ in range(events):
            when = clock.tick()
            children = [container(*(ipm(count + i) for i in range(payloads)))]
            if count % 3 == 0:
                children.append(container(epics_time(1 + count % 2, float(count))))
            streams[count % daq].append(
                datagram(L1ACCEPT, *children, time=when, fiducials=clock.fiducial, vector=count % 32768, env=1)
            )
            if camera and count % 2:
                later = when[0] + 3, when[1]
                frame = xtc(CAMERA, 1 << 16 | 2, bytes(40))
                streams[80].append(datagram(L1ACCEPT, container(frame), time=later, fiducials=clock.fiducial))
            count += 1
        transition(DISABLE)
        transition(END_CYCLE)
    transition(END_RUN)
    return streams
