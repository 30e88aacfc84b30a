"""`comfystudio token …`: personal tokens for programs."""

from typing import Annotated

import typer

from comfystudio.cli import people, show, talk
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="Personal tokens for programs.", no_args_is_help=True)


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="The person whose rights the token has.")],
    label: Annotated[str, typer.Option("--label", help="What the token is for.")] = "command line",
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Make a token for NAME and print it, and nothing else. It is shown once."""
    found = talk.with_studio(
        workspace, lambda api: api.call("POST", f"/people/{people.find(api, name)['id']}/tokens", {"label": label})
    )
    if json:
        show.as_json(found)
    else:
        typer.echo(found["token"])
