"""``xtcmon basis``: shapes of pulses from recorded waveforms, for the feature ``SvdFit``."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.tools.screen import out

MOST_WAVEFORMS = 500
SHAPES_TOLD = 5


def command(
    file: Annotated[Path, typer.Argument(help="small-data file with waveforms")],
    field: Annotated[str, typer.Argument(help="the field that holds them")],
    output: Annotated[Path, typer.Option("-o", "--output", help="file to write")] = Path("basis.h5"),
    channel: Annotated[int | None, typer.Option(help="of a detector with several", show_default="it has one")] = None,
    region: Annotated[
        tuple[int, int] | None, typer.Option("--roi", help="first sample, and the one behind the last", show_default="all")
    ] = None,
    background: Annotated[int, typer.Option(help="samples at the beginning whose mean is taken off")] = 0,
    count: Annotated[int, typer.Option("-n", "--count", help="waveforms used, from the beginning of the run")] = MOST_WAVEFORMS,
) -> None:
    """Write the shapes that pulses have into a file that SvdFit reads.

    Example: xtcmon basis xpptut15_Run0054.h5 acq/waveform --roi 200 800 --background 50 -o basis.h5
    """
    from monitor.store.basis import basis_of, write_basis
    from monitor.store.run_file import open_run

    if background < 0 or count < 1:
        raise ConfigError("--background must not be below 0, and --count not below 1", key="basis")
    with open_run(file) as run:
        if field not in run:
            raise ConfigError(f"{file} has no field {field!r}", key="field")
        traces = run.read(field, 0, min(count, run.extent(field)))
    if traces.ndim == 3 and channel is not None and 0 <= channel < traces.shape[1]:
        traces = traces[:, channel]
    if traces.ndim != 2 or traces.dtype.kind not in "iuf":
        raise ConfigError(f"{field} has the shape {traces.shape[1:]} per event; name a channel of a waveform", key="--channel")
    try:
        basis = basis_of(traces, roi=region, background=background, channel=channel)
    except ValueError as error:
        raise ConfigError(str(error), key=field) from error
    write_basis(output, basis)
    shares = basis.singular_values**2 / (basis.singular_values**2).sum()
    told = ", ".join(f"{share:.2%}" for share in shares[:SHAPES_TOLD])
    out.print(f"{output}: {len(basis.components)} shapes of {len(basis.references)} waveforms; they hold {told} of them")
