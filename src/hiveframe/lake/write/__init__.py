"""Writers: staged, synced, then renamed into place."""
