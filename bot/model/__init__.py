"""The nouns of the product as frozen values. No I/O."""
