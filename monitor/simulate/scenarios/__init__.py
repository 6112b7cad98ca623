"""One scenario per file; a file here is offered without being mentioned anywhere."""
