"""What checks and actions on proposals and files of a repository share; holds none of its own."""
