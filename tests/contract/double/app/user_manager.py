"""Users, as far as there are any: whose files a request means, and those files."""

import json
import logging
import mimetypes
import os
import re
import shutil
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import folder_paths
from aiohttp import web
from app.app_settings import AppSettings
from comfy.cli_args import args
from double_knobs import NEWER

__all__ = ["UserManager", "get_file_info"]


def get_file_info(path: str, relative_to: str) -> dict[str, Any]:
    """Path, size and dates of a file; a newer one gives whole milliseconds, an older one seconds."""
    stat = Path(path).stat()
    dates = {"modified": stat.st_mtime, "created": stat.st_ctime}
    if NEWER:
        dates = {name: int(date * 1000) for name, date in dates.items()}
    return {"path": os.path.relpath(path, relative_to), "size": stat.st_size, **dates}


def _no(status: int, text: str | None = None) -> web.Response:
    return web.Response(status=status, text=text)


class UserManager:
    """`get_request_user_id` decides whose files a request means; studios change its answer."""

    def __init__(self) -> None:
        self.settings = AppSettings(self)
        home = Path(folder_paths.get_user_directory())
        if not home.exists():
            home.mkdir(parents=True)
            if not args.multi_user:
                said = "User settings have been changed to be stored on the server instead of browser storage."
                logging.warning("****** %s ******", said)
                said = "For multi-user setups add the --multi-user CLI argument to enable multiple user profiles."
                logging.warning("****** %s ******", said)
        self.users: dict[str, str] = {} if args.multi_user else {"default": "default"}
        if args.multi_user and Path(self.get_users_file()).is_file():
            self.users = json.loads(Path(self.get_users_file()).read_text())

    def get_users_file(self) -> str:
        return str(Path(folder_paths.get_user_directory(), "users.json"))

    def get_request_user_id(self, request) -> str:
        """The user's id; KeyError for one who is unknown."""
        user = request.headers.get("comfy-user", "default") if args.multi_user else "default"
        if user not in self.users or (NEWER and user.startswith("__")):
            raise KeyError("Unknown user: " + user)
        return user

    def get_request_user_filepath(self, request, file, type="userdata", create_dir=True) -> str | None:  # noqa: A002
        """The path of a user's file (None: of their folder); None when it is not in their folder."""
        if type != "userdata":
            raise KeyError("Unknown filepath type:" + type)
        base = folder_paths.get_user_directory()
        home = os.path.abspath(os.path.join(base, self.get_request_user_id(request)))  # noqa: PTH100, PTH118
        if os.path.commonpath((base, home)) != base:
            return None
        path = home
        if file is not None:
            path = os.path.abspath(os.path.join(home, unquote(file)))  # noqa: PTH100, PTH118
            if os.path.commonpath((home, path)) != home:
                return None
        if create_dir:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return path

    def add_user(self, name: str) -> str:
        """Note down another user; their id. ValueError for a name that is none."""
        name = name.strip()
        if not name:
            raise ValueError("username not provided")
        user_id = f"{re.sub('[^a-zA-Z0-9-_]+', '-', name)}_{uuid.uuid4()}"
        self.users[user_id] = name
        Path(self.get_users_file()).write_text(json.dumps(self.users))
        return user_id

    def add_routes(self, routes: web.RouteTableDef) -> None:
        """Users, settings, files."""
        self.settings.add_routes(routes)
        self._add_users(routes)
        self._add_listings(routes)
        self._add_files(routes)

    def _add_users(self, routes: web.RouteTableDef) -> None:
        @routes.get("/users")
        async def users(request: web.Request) -> web.Response:
            if args.multi_user:
                return web.json_response({"storage": "server", "users": self.users})
            home = self.get_request_user_filepath(request, None, create_dir=False)
            return web.json_response({"storage": "server", "migrated": Path(home).exists()})

        @routes.post("/users")
        async def add_user(request: web.Request) -> web.Response:
            name = (await request.json())["username"]
            if name in self.users.values():
                return web.json_response({"error": "Duplicate username."}, status=400)
            return web.json_response(self.add_user(name))

    def _add_listings(self, routes: web.RouteTableDef) -> None:
        @routes.get("/userdata")
        async def listed(request: web.Request) -> web.Response:
            folder = request.query.get("dir", "")
            if not folder:
                return _no(400, "Directory not provided")
            path = self.get_request_user_filepath(request, folder)
            if not path:
                return _no(403, "Invalid directory")
            if not Path(path).exists():
                return _no(404, "Directory not found")
            asked = {name for name, value in request.query.items() if value.lower() == "true"}
            found = Path(path).rglob("*") if "recurse" in asked else Path(path).glob("*")
            files = [file for file in found if file.is_file()]
            if "full_info" in asked:
                return web.json_response([get_file_info(str(file), path) for file in files])
            names = [str(file.relative_to(path)) for file in files]
            return web.json_response([[name, *name.split("/")] for name in names] if "split" in asked else names)

        @routes.get("/v2/userdata")
        async def listed_with_folders(request: web.Request) -> web.Response:
            wanted = unquote(request.query.get("path", ""))
            home = self.get_request_user_filepath(request, None, create_dir=False)
            path = self.get_request_user_filepath(request, wanted, create_dir=False) if wanted else home
            if not path:
                return _no(400, "Invalid path requested")
            if not Path(path).exists():
                return web.json_response([]) if path == home else _no(404, "Requested path not found")
            if not Path(path).is_dir():
                return _no(400, "Requested path is not a directory")
            entries = [_entry(file, home) for file in Path(path).rglob("*")]
            return web.json_response(sorted(entries, key=lambda e: (e["type"] != "directory", e["name"].lower())))

    def _add_files(self, routes: web.RouteTableDef) -> None:
        @routes.get("/userdata/{file}")
        async def read(request: web.Request) -> web.StreamResponse:
            path = self._asked(request, "file", there=True)
            if isinstance(path, web.Response):
                return path
            if not NEWER:
                return web.FileResponse(path)
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            kind = "application/octet-stream" if folder_paths.is_dangerous_content_type(kind) else kind
            headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
            return web.FileResponse(path, headers={"Content-Type": kind, **headers})

        @routes.post("/userdata/{file}")
        async def write(request: web.Request) -> web.Response:
            path = self._asked(request, "file")
            if isinstance(path, web.Response):
                return path
            if request.query.get("overwrite") == "false" and Path(path).exists():
                return _no(409, "File already exists")
            Path(path).write_bytes(await request.read())
            return self._written(request, path)

        @routes.delete("/userdata/{file}")
        async def remove(request: web.Request) -> web.Response:
            path = self._asked(request, "file", there=True)
            if isinstance(path, web.Response):
                return path
            Path(path).unlink()
            return web.Response(status=204)

        @routes.post("/userdata/{file}/move/{dest}")
        async def move(request: web.Request) -> web.Response:
            source = self._asked(request, "file", there=True)
            if isinstance(source, web.Response):
                return source
            target = self._asked(request, "dest")
            if isinstance(target, web.Response):
                return target
            if request.query.get("overwrite") == "false" and Path(target).exists():
                return _no(409, "File already exists")
            shutil.move(source, target)
            return self._written(request, target)

    def _asked(self, request: web.Request, part: str, *, there: bool = False) -> str | web.Response:
        """The path that the address names, or the answer that says no."""
        path = self.get_request_user_filepath(request, request.match_info[part])
        if not path:
            return _no(403)
        return _no(404) if there and not Path(path).exists() else path

    def _written(self, request: web.Request, path: str) -> web.Response:
        home = self.get_request_user_filepath(request, None)
        full = request.query.get("full_info", "").lower() == "true"
        return web.json_response(get_file_info(path, home) if full else os.path.relpath(path, home))


def _entry(path: Path, home: str) -> dict[str, Any]:
    entry = {"name": path.name, "path": str(path.relative_to(home)), "type": "directory"}
    if not path.is_dir():
        entry |= {"type": "file", "size": path.stat().st_size, "modified": path.stat().st_mtime}
    return entry
