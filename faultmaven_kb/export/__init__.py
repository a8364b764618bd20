"""Ways out of the library: one module per consumer, each a function from runbooks to that consumer's own form.

`agent_text`, `chunks`, `markdown_text` and `extras` are shared; every other module knows one consumer and imports no
other module of this room.
"""
