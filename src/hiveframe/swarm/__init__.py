"""Algorithms taken from swarms: state in, decision out, with time and chance given."""
