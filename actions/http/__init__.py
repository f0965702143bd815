"""HTTP: send a request, check what a site answers, or read versions from it."""
