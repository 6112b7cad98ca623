"""Event building across streams and chunks. Pure."""
