"""From files to runbooks: which files are runbooks, the stages of reading, and parsed runbooks on disk."""
