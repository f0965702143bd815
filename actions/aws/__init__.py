"""What the actions on Amazon's clouds share; holds no action of its own."""
