"""A knowledge base in memory (`memory`), or in one file: opened by mapping it, answering from where it lies, changed by
adding to its end.

`container` knows the file and its checksums, `records` what is kept of a runbook, `segment_writer` and `segment` the
arrays of one segment, `stored_index` how the search reads them, `base` the open base, `building` how one is made and
follows its files, `kept` the bases in the user's cache folder. Nothing here ranks or judges: that is `search`, which
reads a base on disk through the same functions as one in memory.
"""
