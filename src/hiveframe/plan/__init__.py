"""The narrow waist: data types, the unresolved tree (`spec`) and the typed tree (`logical`)."""
