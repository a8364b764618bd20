"""A knowledge base as a static site: plain files that a browser opens from anywhere, without a server or a network.

The stages: `names` (a file for every runbook), `markup` (Markdown to safe HTML), `pages` (what each page shows),
`atlas` (the map of related runbooks), `search_data` (the index for the browser), `building` (all of it into a folder)
and `preview` (a look at it while one writes). `assets` contains the style and the scripts, `templates` the pages.
"""
