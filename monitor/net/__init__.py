"""Sockets, the shared-memory ring and mapped files: everything that touches the outside on the way of a batch."""
