"""`fmkb lsp`: what an editor asks while a runbook is written. Needs the extra `[lsp]` (pygls).

`server` wires the protocol's requests to the functions of the other modules, which take a document and a place and
return values of the protocol; none of them knows a connection.
"""
