"""HTTP: send a request, or check what a site answers."""
