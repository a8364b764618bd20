"""The knowledge base over HTTP, for dashboards, chat bots and alerts (extra `http`).

`shapes` says what comes in and goes out, `answers` makes it from the library's values, `alerts` finds the runbooks of a
webhook, `application` joins the endpoints, `metrics` counts, `site` serves a built site beside them, `starting` puts a
server together for one process of several. Nothing here can change a file.
"""
