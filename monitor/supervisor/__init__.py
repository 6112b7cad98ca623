"""Starts the processes of a service, watches them, restarts what dies."""
