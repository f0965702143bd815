"""Varnish: let caches forget what is old."""
