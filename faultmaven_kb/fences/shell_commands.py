"""What was read of a shell text: words, simple commands and the whole script, each with its places."""

from dataclasses import dataclass

__all__ = ["Script", "ShellCommand", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command: its text without quotes, and where it is in the code."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A simple command: its words, its place with all its lines, a heredoc's text and where that begins.

    `truncates` is the file that a redirection without any output empties.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    stdin: str = ""
    stdin_start: int = 0
    truncates: str = ""

    @property
    def name(self) -> str:
        """The program, without its folder."""
        return self.words[0].text.rsplit("/", 1)[-1] if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words behind the program."""
        return tuple(word.text for word in self.words[1:])

    @property
    def line(self) -> str:
        """The words joined by one space."""
        return " ".join((self.name, *self.arguments))


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of a block in order, its comments, the stretches that are quoted or commented, and its errors.

    `unread` is the index of a line that is too long to be read: there are no commands then.
    """

    code: str
    commands: tuple[ShellCommand, ...]
    comments: tuple[Word, ...]
    opaque: tuple[tuple[int, int], ...]
    pipelines: tuple[tuple[int, int], ...]
    error: int | None
    unread: int | None = None

    def is_quoted(self, index: int) -> bool:
        """Whether an index lies in a quoted text, a comment or a heredoc."""
        return any(start <= index < end for start, end in self.opaque)

    def top(self, command: ShellCommand) -> tuple[int, int]:
        """The pipeline a command belongs to, or the command itself."""
        around = [place for place in self.pipelines if place[0] <= command.start < place[1]]
        return around[-1] if around else (command.start, command.end)
