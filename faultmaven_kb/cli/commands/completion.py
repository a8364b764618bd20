"""`fmkb completion`: the script that teaches a shell the commands, options and runbook ids."""

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    Examples:
      fmkb completion bash > ~/.local/share/bash-completion/completions/fmkb
      fmkb completion fish > ~/.config/fish/completions/fmkb.fish
    """
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(ctx.find_root().command, {}, "fmkb", "_FMKB_COMPLETE").source())
