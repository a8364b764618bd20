"""How hits, runbooks and verdicts look in a terminal."""
