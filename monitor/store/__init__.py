"""HDF5 files: small data, recordings. The only place that knows h5py. ``open_run`` reads a run, during it and after it."""

from monitor.store.run_file import RunFile, open_run

__all__ = ["RunFile", "open_run"]
