"""Ways to press keys for other applications, one module for each mechanism."""
