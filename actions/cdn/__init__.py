"""Content delivery networks: let their caches forget what is old."""
