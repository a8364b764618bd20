"""Coverage-guided fuzzing of everything that takes text from strangers; three harnesses and their oracle."""
