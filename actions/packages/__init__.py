"""Software as its public registries list it."""
