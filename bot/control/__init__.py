"""The verbs anyone may ask for: access, rows, audit and queue entry in one transaction. The one front door."""
