"""The optional second opinion by meaning: passages, embedders, vectors."""
