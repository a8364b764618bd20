"""Ways out of the library: one module per consumer, each a function from runbooks to that consumer's own form.

`agent_text` and `chunks` are shared; every other module knows one consumer and no other module of this room.
"""
