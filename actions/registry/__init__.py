"""Images in a registry, by the OCI distribution API."""
