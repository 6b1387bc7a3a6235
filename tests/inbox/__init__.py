"""The case: stages and models, on both databases."""
