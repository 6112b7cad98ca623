"""The layouts of all payloads, one file per family of devices; ``monitor.xtc.types`` says which type and version has which."""
