"""How fast and how small Stackhand is, beside what it could be at best."""
