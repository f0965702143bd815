"""What a job asks for: which fields, their choices, what was answered, and files."""
