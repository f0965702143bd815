"""From stack.yml to `model.Stack`: reading, checking, planning. Every problem is named with file, line and column."""
