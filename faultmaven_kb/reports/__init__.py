"""Output formats of diagnostics, one module each. They know reports and no terminal."""
