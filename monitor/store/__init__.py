"""HDF5 files: small data, recordings. The only place that knows h5py."""
