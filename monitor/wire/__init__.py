"""Messages to parts and back; versions and limits. Pure."""
