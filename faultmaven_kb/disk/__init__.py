"""Files as bytes: which ones are read, how one is replaced, and in which folders; what they contain is known above."""
