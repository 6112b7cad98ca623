"""A live run under pressure: slow workers, a slow disk, subscribers that do not read; every event must be accounted for."""
