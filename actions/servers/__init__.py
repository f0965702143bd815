"""Servers of a cloud: start, stop and restart them. A new maker's cloud is one more `Provider`."""
