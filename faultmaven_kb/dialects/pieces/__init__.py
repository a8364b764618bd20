"""What all dialects read alike: one kind of piece of a document a module."""
