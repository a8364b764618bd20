"""The knowledge base over HTTP, for dashboards, chat bots and alerts (extra `http`).

`shapes` says what comes in and goes out, `answers` how an answer goes out, `alerts` finds the runbooks of a webhook,
`checks` is what a worker process does, `application` joins the endpoints, `metrics` counts, `site` serves a built site
beside them, `starting` puts a server together for one process or several. Nothing here can change a file.
"""
