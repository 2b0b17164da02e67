"""HoneyStore: tables whose layout follows their use, kept by a transactional manifest."""
