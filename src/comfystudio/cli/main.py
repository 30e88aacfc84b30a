"""The list of commands."""

import typer

from comfystudio import __version__
from comfystudio.cli import comfy, config, connect, doctor, life, outputs, people, prompts, storage, tokens, tools, up

__all__ = ["app", "main"]

app = typer.Typer(
    name="comfystudio",
    help="One authenticated address for the tools of an image studio.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    del version


app.command("up")(up.up)
app.command("down")(life.down)
app.command("restart")(life.restart)
app.command("status")(life.status)
app.command("config")(config.config)
app.command("doctor")(doctor.doctor)
app.command("connect")(connect.connect)
app.add_typer(people.commands, name="people")
app.add_typer(tokens.commands, name="token")
app.add_typer(tools.commands, name="tools")
app.add_typer(prompts.commands, name="prompts")
app.add_typer(outputs.commands, name="outputs")
app.add_typer(comfy.commands, name="comfy")
app.add_typer(storage.commands, name="storage")


def main() -> None:
    """The `comfystudio` program."""
    app()
