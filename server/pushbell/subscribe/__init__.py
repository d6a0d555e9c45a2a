"""Reading: where to start (since), what to see (filters), what is new (hub), what was missed (replay)."""
