"""The one thread that runs workflows, and the events that it tells on the way."""

import json
import threading
import time
import traceback
from typing import Any

from .log import log
from .nodes import NODES, Folders, NodeError
from .prompts import Item, Prompts
from .sockets import Sockets
from .validation import is_link

__all__ = ["Worker"]


class _Interrupted(Exception):
    """Somebody asked for an end between two nodes."""


class _Run:
    """One workflow on its way."""

    def __init__(self, item: Item, sockets: Sockets) -> None:
        _, self.id, self.prompt, extra, self.outputs = item
        self.client: str | None = extra.get("client_id")
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.executed: list[str] = []
        self._progress: dict[str, Any] = {}
        self._sockets = sockets

    def note(self, kind: str, **data: Any) -> None:
        """An event that the history keeps too; an interruption is told to everyone when no client asked."""
        data |= {"timestamp": int(time.time() * 1000)}
        self.messages.append((kind, data))
        if self.client is not None or kind == "execution_interrupted":
            self._sockets.tell(kind, data, self.client)

    def tell(self, kind: str, **data: Any) -> None:
        """An event for the client who asked; nobody hears it when no client did."""
        if self.client is not None:
            self._sockets.tell(kind, data, self.client)

    def progress(self, node_id: str, state: str) -> None:
        """Tell how far each node is: to everyone when no client asked, as upstream."""
        ids = {"node_id": node_id, "display_node_id": node_id, "parent_node_id": None, "real_node_id": node_id}
        value = 1.0 if state == "finished" else 0.0
        self._progress[node_id] = {"value": value, "max": 1.0, "state": state, "prompt_id": self.id, **ids}
        self._sockets.tell("progress_state", {"prompt_id": self.id, "nodes": dict(self._progress)}, self.client)

    def signature(self, node_id: str) -> str:
        """Two nodes with the same signature would make the same thing."""
        node = self.prompt[node_id]
        inputs = {
            name: [self.signature(value[0]), value[1]] if is_link(value) else value
            for name, value in sorted(node["inputs"].items())
        }
        return json.dumps([node["class_type"], inputs])


class Worker:
    """Runs workflows one by one; results of the last one are kept and used again, as upstream does."""

    def __init__(self, prompts: Prompts, sockets: Sockets, folders: Folders, node_seconds: float) -> None:
        self._prompts = prompts
        self._sockets = sockets
        self._folders = folders
        self._node_seconds = node_seconds
        self._kept: dict[str, tuple[str, tuple[Any, ...], dict[str, Any] | None]] = {}
        self._interrupt = threading.Event()

    def start(self) -> None:
        """Begin; the thread ends with the process."""
        threading.Thread(target=self._work, daemon=True).start()

    def interrupt(self) -> None:
        """End what runs before its next node."""
        self._interrupt.set()

    def _work(self) -> None:
        while True:
            item = self._prompts.get()
            began = time.perf_counter()
            run = _Run(item, self._sockets)
            self._interrupt.clear()
            completed = self._run(run)
            shown = {node_id: kept[2] for node_id, kept in self._kept.items() if kept[2] is not None}
            ids = {"parent_node": None}
            meta = {n: {"node_id": n, "display_node": n, **ids, "real_node_id": n} for n in shown}
            word = "success" if completed else "error"
            status = {"status_str": word, "completed": completed, "messages": run.messages}
            self._prompts.done({"outputs": shown, "status": status, "meta": meta})
            run.tell("executing", node=None, prompt_id=run.id)
            log(f"Prompt executed in {time.perf_counter() - began:.2f} seconds")

    def _run(self, run: _Run) -> bool:
        """Run one workflow; False when it failed or was interrupted."""
        run.note("execution_start", prompt_id=run.id)
        self._kept = {
            node_id: kept
            for node_id, kept in self._kept.items()
            if node_id in run.prompt and run.signature(node_id) == kept[0]
        }
        cached = [node_id for node_id in run.prompt if node_id in self._kept]
        run.note("execution_cached", nodes=cached, prompt_id=run.id)
        for output in run.outputs:
            if not self._node(output, run):
                return False
        run.note("execution_success", prompt_id=run.id)
        return True

    def _node(self, node_id: str, run: _Run) -> bool:
        """Run a node after the ones before it."""
        if node_id in run.executed:
            return True
        if node_id in self._kept:
            shown = self._kept[node_id][2]
            run.tell("executed", node=node_id, display_node=node_id, output=shown, prompt_id=run.id)
            run.progress(node_id, "finished")
            return True
        inputs = run.prompt[node_id]["inputs"]
        for value in inputs.values():
            # what was kept needs no second look: it is not told about either
            if is_link(value) and value[0] not in self._kept and not self._node(value[0], run):
                return False
        return self._execute(node_id, run, {
            name: self._kept[value[0]][1][value[1]] if is_link(value) else value for name, value in inputs.items()
        })  # fmt: skip

    def _stop_if_asked(self) -> None:
        if self._interrupt.is_set():
            raise _Interrupted

    def _execute(self, node_id: str, run: _Run, inputs: dict[str, Any]) -> bool:
        node = NODES[run.prompt[node_id]["class_type"]]
        where = {"prompt_id": run.id, "node_id": node_id, "node_type": node.name, "executed": list(run.executed)}
        run.progress(node_id, "running")
        run.tell("executing", node=node_id, display_node=node_id, prompt_id=run.id)
        try:
            self._stop_if_asked()
            time.sleep(self._node_seconds)
            ran = node.run(inputs, self._folders, run.prompt)
        except _Interrupted:
            log("Processing interrupted")
            run.note("execution_interrupted", **where)
            return False
        except NodeError as failure:
            log(f"!!! Exception during processing !!! {failure}")
            log(traceback.format_exc())
            failed: dict[str, Any] = {"exception_message": f"{failure}\n", "exception_type": failure.kind}
            failed["traceback"] = traceback.format_tb(failure.__traceback__)
            shown = {name: [str(value)] for name, value in inputs.items()}
            run.note("execution_error", **where, **failed, current_inputs=shown, current_outputs=list(self._kept))
            return False
        if ran.ui is not None:
            run.tell("executed", node=node_id, display_node=node_id, output=ran.ui, prompt_id=run.id)
        self._kept[node_id] = (run.signature(node_id), ran.values, ran.ui)
        run.progress(node_id, "finished")
        run.executed.append(node_id)
        return True
