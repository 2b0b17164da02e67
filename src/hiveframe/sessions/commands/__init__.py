"""Commands: one handler each, by class of the command."""
