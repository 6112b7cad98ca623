"""Which source the settings ask for."""

from monitor.errors import ConfigError
from monitor.reader.sources.files import FileSource
from monitor.reader.sources.listen import ListenSource
from monitor.reader.sources.source import Source
from monitor.reader.sources.spec import files_of, parse_dataset
from monitor.settings import Settings


def source_of(settings: Settings) -> Source:
    """The source that the settings name.

    Raises
    ------
    ConfigError
        If they name none, or more than one.
    Unusable, DamagedData
        If it cannot be opened.
    """
    source = settings.source
    named = [name for name in ("dataset", "files", "listen", "simulate") if getattr(source, name)]
    if len(named) != 1:
        found = " and ".join(named) or "nothing"
        raise ConfigError(f"{found} given; a source is one of dataset, files, listen", key="source")
    if source.dataset:
        return FileSource(files_of(parse_dataset(source.dataset)), settings)
    if source.files:
        return FileSource(source.files, settings)
    if source.listen:
        return ListenSource(source.listen, settings)
    raise ConfigError("a simulated run is written first; give its files here", key="source.simulate")
