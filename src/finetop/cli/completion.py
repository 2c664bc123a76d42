"""`finetop completion`: the lines that teach a shell to complete finetop's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from finetop.cli import output
from finetop.errors import BadInput

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_FINETOP_COMPLETE"
_BEFORE = {
    # Readline takes status:failed for three words unless the colon is an ordinary sign.
    "bash": "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}\n"
}


@click.command("completion", short_help="Print what makes a shell complete finetop's words.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    r"""Print what makes a shell complete commands, options, profiles, jobs and queries.

    \b
    bash: eval "$(finetop completion bash)"           in ~/.bashrc
    zsh:  eval "$(finetop completion zsh)"            in ~/.zshrc
    fish: finetop completion fish | source            in ~/.config/fish/config.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise BadInput(f"{shell} is not known here", hint=f"Use one of {', '.join(SHELLS)}.")
    source = found(context.find_root().command, {}, "finetop", _VARIABLE).source()
    output.write_text(_BEFORE.get(shell, "") + source + "\n")
