"""Tables that keep versions: what their formats have in common."""
