"""From what was pasted to a question: the lines that report a fault, and their weighted terms."""
