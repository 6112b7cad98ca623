"""The sub-commands: one file each, offering ``command``; the file name is the command name."""
