"""Characters: bytes to text, what was decoded wrongly, and what is safe to print."""
