"""One file per page of the application."""
