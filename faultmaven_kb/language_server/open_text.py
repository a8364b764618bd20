"""An open document that takes an edit in one pass over its text, however many lines it has and however long they are.

The protocol library splits the whole text into lines for each edit and counts a line's columns one by one, which takes
half a second for 2 MB; and it takes U+2028 and other characters for line ends, which the protocol does not, so that
edits below them would land on other lines than in the editor.
"""

from lsprotocol import types
from pygls.workspace import TextDocument

from faultmaven_kb.language_server.positions import offset_of

__all__ = ["OpenText"]


class OpenText(TextDocument):
    """The text of an open document, as the editor has it."""

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Replace a range of the text, or all of it where the editor names none."""
        text = change.text
        if isinstance(change, types.TextDocumentContentChangePartial):
            encoding = self.position_codec.encoding
            start = offset_of(self.source, change.range.start, encoding)
            end = max(start, offset_of(self.source, change.range.end, encoding))
            text = self.source[:start] + text + self.source[end:]
        self._source = text
