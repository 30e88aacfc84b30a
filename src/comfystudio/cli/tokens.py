"""`comfystudio token …`: personal tokens for programs."""

from enum import StrEnum
from typing import Annotated

import typer

from comfystudio.cli import people, show, talk
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="Personal tokens for programs.", no_args_is_help=True)


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    USE = "use"
    ADMIN = "admin"


Owner = Annotated[str, typer.Argument(help="The person whose rights the token has.")]


@commands.command()
def create(
    name: Owner,
    label: Annotated[str, typer.Option("--label", help="What the token is for.")] = "command line",
    scope: Annotated[
        Scope, typer.Option("--scope", help="read: look only; use: act as an artist; admin: act as an admin.")
    ] = Scope.USE,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=365, help="For how many days; without it until it is revoked.")
    ] = None,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Make a token for NAME and print it, and nothing else. It is shown once."""
    body = {"label": label, "scope": scope.value, "days": days}
    found = talk.with_studio(
        workspace, lambda api: api.call("POST", f"/people/{people.find(api, name)['id']}/tokens", body)
    )
    if json:
        show.as_json(found)
    else:
        typer.echo(found["token"])


@commands.command("list")
def list_(name: Owner, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """List the tokens of NAME, without the tokens themselves."""
    found = talk.with_studio(
        workspace, lambda api: api.call("GET", f"/people/{people.find(api, name)['id']}")["tokens"]
    )
    if json:
        show.as_json({"tokens": found})
    else:
        show.table(*people.token_table(found))


@commands.command()
def revoke(
    token: Annotated[int, typer.Argument(min=1, help="The token's number, as comfystudio token list shows it.")],
    workspace: WorkspaceFlag = None,
) -> None:
    """End a token: programs that use it are refused at once."""
    talk.with_studio(workspace, lambda api: api.call("DELETE", f"/tokens/{token}"))
    show.line(f"Token {token} is revoked.")
