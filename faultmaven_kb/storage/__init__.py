"""A knowledge base in memory (`memory`), or in one file: opened by mapping it, answering from where it lies, changed by
adding to its end.

`file_format` is how a base lies in its file, `stored_index` how the search reads it, `base` the open base, `building`
how one is made and follows its files, `kept` the bases in the user's cache folder. Nothing here ranks or judges: that
is `search`, which reads a base on disk through the same functions as one in memory.
"""
