"""What stands outside in the playground: a place like GitHub and one like GitLab, with state and with manners."""
