"""The knowledge base as a server for agents, over the Model Context Protocol.

`live_base` follows the files, `models` says what goes out, `answers` keeps it small, `server` registers the tools, the
resources and the prompt with the official SDK (extra `mcp`). Nothing here can change a file.
"""
