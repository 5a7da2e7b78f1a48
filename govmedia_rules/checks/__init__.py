"""The checks, one module a topic, with their sentences in a file beside them."""
