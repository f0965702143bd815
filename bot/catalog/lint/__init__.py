"""What is wrong with a stack beyond its shape, in sentences with a place."""
