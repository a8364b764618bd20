"""`fmkb lab` and what belongs to it: trials, machines, and where labs and their images are."""
