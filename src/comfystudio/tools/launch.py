"""From a manifest to what the keeper is told: account, folders, arguments, environment.

Everything here blocks (disk, account database, a look at interpreters): call it in a thread.
"""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from comfystudio.errors import Unavailable
from comfystudio.keeper import Account, Spec
from comfystudio.people import Person
from comfystudio.settings import Settings
from comfystudio.tools import environment, programs
from comfystudio.tools.accounts import Accounts, Who
from comfystudio.tools.companion import Placer
from comfystudio.tools.fill import fill
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.options import Options
from comfystudio.tools.ports import Ports
from comfystudio.tools.readiness import Listen
from comfystudio.tools.states import Key, unit_of
from comfystudio.workspace import Workspace, write_atomic

__all__ = ["Launch", "Launcher", "Plan", "Source", "setup_folder"]

Source = Literal["studio", "manifest", "option"]
# What only a start chooses; a plan shows them by name.
CHOSEN_LATER = ("port", "socket", "run", "comfyui_paths")


class _Values(dict[str, str]):
    """Placeholders; what is dear to find out is found out when it is asked for."""

    def __init__(self, known: Mapping[str, str], later: Mapping[str, Callable[[], str]]) -> None:
        super().__init__(known)
        self._later = later

    def later(self, more: Mapping[str, Callable[[], str]]) -> None:
        """Add what is found out when it is asked for."""
        self._later = {**self._later, **more}

    def __missing__(self, name: str) -> str:
        self[name] = self._later[name]()
        return self[name]


@dataclass(frozen=True)
class Launch:
    """One start: what the keeper is told, where the tool will listen, and the header it will want to see."""

    spec: Spec
    listen: Listen
    secret: str | None


@dataclass(frozen=True)
class Plan:
    """A command as a start would give it: `sources` say for each variable of `env` where it comes from.

    `account` is None for the studio's own; `idle` are options that have no effect on this machine.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    sources: Mapping[str, Source]
    cwd: Path
    account: Account | None
    idle: frozenset[str] = frozenset()


def setup_folder(settings: Settings) -> Path:
    """Where the manifests lie: the setting, a packaged copy, or the checkout's own."""
    if settings.setup_dir:
        return settings.setup_dir
    package = Path(__file__).parents[1]
    packaged = package / "setup"
    return packaged if packaged.is_dir() else package.parents[1] / "setup"


def _has_gpu() -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists() or Path("/dev/dxg").exists()


def _has_package(venv: Path, name: str) -> bool:
    plain = name.replace("-", "_").replace(".", "_").lower()
    return any(
        path.name.split("-")[0].replace(".", "_").lower() == plain
        for path in venv.glob("lib/python3*/site-packages/*.dist-info")
    )


class Launcher:
    """Prepares starts and installs. `outer` is the studio's own environment, `placers` make placeholders' files."""

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace,
        *,
        accounts: Accounts,
        ports: Ports,
        outer: Mapping[str, str],
        placers: Mapping[str, Placer],
        options: Options | None = None,
        has_gpu: Callable[[], bool] = _has_gpu,
    ) -> None:
        self._settings = settings
        self._workspace = workspace
        self._accounts = accounts
        self._ports = ports
        self._outer = outer
        self._placers = placers
        self._options = options or Options()
        self._has_gpu = has_gpu

    def installed(self, manifest: Manifest, folder: Path) -> bool:
        """Whether everything that `install.present` names is there."""
        if manifest.install is None:
            return True
        values = self._values(manifest, folder, None)
        return all(Path(fill(path, values)).exists() for path in manifest.install.present)

    def hint(self, manifest: Manifest, folder: Path) -> str:
        """The sentence of a card whose tool is not installed; empty where an admin can install it from the page."""
        return fill(manifest.install.hint, self._values(manifest, folder, None)) if manifest.install else ""

    def install(self, manifest: Manifest, folder: Path) -> tuple[tuple[str, ...], dict[str, str]]:
        """The arguments and the environment of the install script."""
        assert manifest.install
        values = self._values(manifest, folder, None)
        added = {name: fill(value, values) for name, value in manifest.install.env.items()}
        argv = tuple(fill(entry, values) for entry in manifest.install.script)
        return argv, environment.for_install(self._settings, self._outer) | added

    def prepare(
        self, key: Key, manifest: Manifest, folder: Path, person: Person | None, *, by: str, log_size: int
    ) -> Launch:
        """Make account and folders, and say how to start instance `key`; `log_size` is how much log it has now."""
        who = self._who(manifest, person)
        account = self._accounts.prepare(who, person)
        home = self._accounts.home(who, person)
        run = self._run_folder(key, account)
        listen = Listen(unix=run / "s") if manifest.run.listen == "socket" else Listen(port=self._ports.free())
        values = self._values(manifest, folder, person)
        values |= {"home": str(home), "run": str(run), "socket": str(run / "s"), "port": str(listen.port)}
        values.later({name: partial(self._placed, placer, key) for name, placer in self._placers.items()})
        for path in manifest.run.folders:
            self._accounts.own(Path(fill(path, values)), account)
        mark = self._options.mark(manifest)
        plan = self._plan(manifest, values, home, account)
        self._check(plan.argv[0], plan.cwd, account)
        env = dict(plan.env)
        secret = self._secret(key) if manifest.run.secret_env else None
        if manifest.run.secret_env and secret:
            env[manifest.run.secret_env] = secret
        spec = Spec(
            unit=unit_of(key),
            argv=plan.argv,
            cwd=plan.cwd,
            env=env,
            account=account,
            umask=manifest.run.mask,
            terminal=manifest.run.terminal,
            stop_signal=manifest.run.stop.signal,
            stop_within=manifest.run.stop.within,
            log_megabytes=self._settings.log_megabytes,
            labels={
                "tool": key[0],
                "instance": key[1],
                "person_id": str(person.id) if person else "",
                "folder": person.folder if person else "",
                "listen": str(listen),
                "started_by": by,
                "started_at": f"{time.time():.3f}",
                "log_from": str(log_size),
                "options": mark,
            },
        )
        return Launch(spec, listen, secret)

    def plan(self, manifest: Manifest, folder: Path, person: Person | None) -> Plan:
        """What a start would run now, without making anything for it; its secret is left out."""
        who = self._who(manifest, person)
        account, home = self._accounts.account(who, person), self._accounts.home(who, person)
        values = self._values(manifest, folder, person)
        values |= {"home": str(home)} | {name: f"{{{name}}}" for name in CHOSEN_LATER}
        return self._plan(manifest, values, home, account)

    @staticmethod
    def _who(manifest: Manifest, person: Person | None) -> Who:
        return manifest.account if person or manifest.account != "person" else "tools"

    def _plan(self, manifest: Manifest, values: Mapping[str, str], home: Path, account: Account | None) -> Plan:
        user = account.name if account else self._outer.get("USER") or "studio"
        env = environment.clean(self._settings, home, user, self._outer)
        sources: dict[str, Source] = dict.fromkeys(env, "studio")
        own = {name: fill(value, values) for name, value in manifest.run.env.items()}
        argv, chosen = self._argv(manifest, values), self._options.of(manifest)
        added: dict[str, str] = {}
        idle: set[str] = set()
        for option in manifest.run.option:
            if option.when and not self._holds(option.when, manifest, Path(values["venv"])):
                idle.add(option.name)
                continue
            arguments, variables = option.added(chosen.get(option.name, option.default), values)
            argv += arguments
            added |= variables
        sources.update(dict.fromkeys(own, "manifest"))
        sources.update(dict.fromkeys(added, "option"))
        cwd = Path(fill(manifest.run.cwd, values))
        return Plan(argv, env | own | added, sources, cwd, account, frozenset(idle))

    def secret_of(self, key: Key) -> str | None:
        """The secret that a running instance was started with."""
        try:
            return self._secret_file(key).read_text(encoding="ascii")
        except OSError:
            return None

    def _secret_file(self, key: Key) -> Path:
        return self._workspace.state / "secrets" / unit_of(key)

    def _secret(self, key: Key) -> str:
        """A fresh one, kept where only the studio reads so that the next portal can go on using it."""
        secret = secrets.token_urlsafe(32)
        file = self._secret_file(key)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomic(file, secret.encode("ascii"))
        return secret

    def _run_folder(self, key: Key, account: Account | None) -> Path:
        # A Unix socket's path ends at 107 bytes, and kernels put long names below this folder.
        folder = self._workspace.runtime / hashlib.sha256(unit_of(key).encode()).hexdigest()[:10]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
        return folder

    def _placed(self, placer: Placer, key: Key) -> str:
        """What `placer` puts into a fresh folder that belongs to the studio alone, so that no tool changes it."""
        folder = self._workspace.runtime / f"{hashlib.sha256(unit_of(key).encode()).hexdigest()[:10]}-given"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
        return str(placer(folder))

    def _values(self, manifest: Manifest, folder: Path, person: Person | None) -> _Values:
        for_all = self._accounts.account("tools", None)
        comfyui = self._settings.comfyui_dir or self._workspace.root / "ComfyUI"
        values = _Values(
            {
                "workspace": str(self._workspace.root),
                "home": str(self._accounts.home("tools", None)),
                "port": "",
                "socket": "",
                "run": "",
                "comfyui_dir": str(comfyui),
                "person": person.name if person else "",
                "folder": person.folder if person else "",
                "setup": str(folder),
                "path": environment.PATH,
                "venv": "",
            },
            {
                "python": lambda: str(programs.pick_python(self._settings.tool_python, for_all)),
                "uv": lambda: str(programs.reach_uv(self._workspace, for_all)),
            },
        )
        venvs = [fill(path, values) for path in manifest.venv]
        values["venv"] = next((path for path in venvs if Path(path).exists()), venvs[0] if venvs else "")
        return values

    def _argv(self, manifest: Manifest, values: Mapping[str, str]) -> tuple[str, ...]:
        entries = list(manifest.run.argv)
        for extra in manifest.run.extra:
            if self._holds(extra.when, manifest, Path(values["venv"])):
                entries += extra.argv
        program, *rest = (fill(entry, values) for entry in entries)
        found = program if "/" in program else shutil.which(program, path=environment.PATH)
        return (found or program, *rest)

    def _holds(self, when: str, manifest: Manifest, venv: Path) -> bool:
        if when == "root":
            return os.geteuid() == 0 and (manifest.account == "studio" or not self._accounts.separate)
        if when in {"gpu", "no_gpu"}:
            return self._has_gpu() == (when == "gpu")
        return _has_package(venv, when.removeprefix("package:"))

    def _check(self, program: str, cwd: Path, account: Account | None) -> None:
        for path in (Path(program), cwd):
            closed = programs.closed_folder(path, account)
            if closed:
                raise Unavailable(
                    "tools.cannot_enter", path=path, closed=closed, account=account.name if account else "studio"
                )
