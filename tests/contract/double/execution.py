"""The queue, and what runs a workflow."""

import asyncio
import copy
import heapq
import logging
import threading
import time
import traceback
from enum import Enum
from typing import Any, NamedTuple

import nodes
from comfy.model_management import InterruptProcessingException
from comfy_execution.caching import (
    CacheKeySetID,
    CacheKeySetInputSignature,
    HierarchicalCache,
    LRUCache,
    NullCache,
    RAMPressureCache,
)
from comfy_execution.graph import DynamicPrompt, ExecutionList
from comfy_execution.progress import (
    WebUIProgressHandler,
    add_progress_handler,
    get_progress_state,
    reset_progress_state,
)
from comfy_execution.running import call, gather, sort_out
from comfy_execution.validation import validate_inputs, validate_prompt
from double_knobs import NEWER, NODE_SECONDS

__all__ = [
    "MAXIMUM_HISTORY_SIZE", "SENSITIVE_EXTRA_DATA_KEYS", "CacheSet", "CacheType", "IsChangedCache", "PromptExecutor",
    "PromptQueue", "full_type_name", "get_input_data", "validate_inputs", "validate_prompt",
]  # fmt: skip

MAXIMUM_HISTORY_SIZE = 10000
SENSITIVE_EXTRA_DATA_KEYS = ("auth_token_comfy_org", "api_key_comfy_org")


class CacheType(Enum):
    """How long results are kept."""

    CLASSIC = 0
    LRU = 1
    NONE = 2
    RAM_PRESSURE = 3


class CacheEntry(NamedTuple):
    """What a node gave: `ui` is {"meta", "output"} or None."""

    ui: dict[str, Any] | None
    outputs: list[Any]


class CacheSet:
    """Results by what was asked for, and node objects by place."""

    def __init__(self, cache_type=None, cache_size=None) -> None:
        kinds = {CacheType.RAM_PRESSURE: RAMPressureCache, CacheType.NONE: NullCache}
        if cache_type == CacheType.LRU:
            self.outputs: Any = LRUCache(CacheKeySetInputSignature, max_size=cache_size or 0)
        else:
            self.outputs = kinds.get(cache_type, HierarchicalCache)(CacheKeySetInputSignature)
        self.objects = HierarchicalCache(CacheKeySetID)
        self.all = [self.outputs, self.objects]


if NEWER:

    def get_input_data(inputs, class_def, unique_id, execution_list=None, dynprompt=None, extra_data={}):  # noqa: B006
        """A node's inputs by name, each as a list; which of them are missing; and what only newer nodes get."""
        return gather(inputs, class_def, unique_id, execution_list, dynprompt, extra_data), {}, {}

else:

    def get_input_data(inputs, class_def, unique_id, outputs=None, dynprompt=None, extra_data={}):  # noqa: B006
        """A node's inputs by name, each as a list; which of them are missing; and what only newer nodes get."""
        return gather(inputs, class_def, unique_id, outputs, dynprompt, extra_data), {}, {}


class IsChangedCache:
    """What each node says about the world beside its inputs (a file's hash, say); False when it says nothing."""

    def __init__(self, prompt_id: str, dynprompt: DynamicPrompt, outputs_cache) -> None:
        self.prompt_id = prompt_id
        self.dynprompt = dynprompt
        self.is_changed: dict[str, Any] = {}

    async def get(self, node_id: str) -> Any:
        if node_id not in self.is_changed:
            self.is_changed[node_id] = await self._ask(node_id)
        return self.is_changed[node_id]

    async def _ask(self, node_id: str) -> Any:
        node = self.dynprompt.get_node(node_id)
        class_def = nodes.NODE_CLASS_MAPPINGS[node["class_type"]]
        if not hasattr(class_def, "IS_CHANGED"):
            return False
        inputs = get_input_data(node["inputs"], class_def, node_id)[0]
        known = class_def.INPUT_TYPES().get("hidden", {})
        inputs = {name: values for name, values in inputs.items() if name not in known}
        try:
            return await call(self.prompt_id, node_id, class_def, inputs, "IS_CHANGED")
        except Exception as failure:  # noqa: BLE001 - whatever a node throws means: cannot be kept
            logging.warning("WARNING: %s", failure)
            return float("NaN")


def full_type_name(klass: type) -> str:
    """The name of a class as errors give it."""
    return klass.__qualname__ if klass.__module__ == "builtins" else f"{klass.__module__}.{klass.__qualname__}"


class _Run:
    """One workflow on its way through its nodes."""

    def __init__(self, executor: "PromptExecutor", prompt_id: str, dynprompt: DynamicPrompt, extra: Any) -> None:
        self.server, self.caches = executor.server, executor.caches
        self.id, self.dynprompt, self.extra = prompt_id, dynprompt, extra
        self.plan = ExecutionList(dynprompt, self.caches.outputs)
        self.executed: set[str] = set()
        self.ui: dict[str, dict[str, Any]] = {}
        self.inputs: dict[str, list[Any]] = {}
        """What the node that runs now was given."""

    def _tell(self, kind: str, **data: Any) -> None:
        if self.server.client_id is not None:
            self.server.send_sync(kind, {**data, "prompt_id": self.id}, self.server.client_id)

    async def node(self, node_id: str) -> None:
        """Run one node, or take what was kept of it."""
        kept = self.caches.outputs.get_local(node_id)
        if kept is not None:
            if kept.ui is not None:
                self.ui[node_id] = kept.ui
            self._tell("executed", node=node_id, display_node=node_id, output=(kept.ui or {}).get("output"))
            get_progress_state().finish_progress(node_id)
            self.plan.done(node_id, kept)
            return
        class_def = nodes.NODE_CLASS_MAPPINGS[self.dynprompt.get_node(node_id)["class_type"]]
        get_progress_state().start_progress(node_id)
        self.inputs = get_input_data(
            self.dynprompt.get_node(node_id)["inputs"], class_def, node_id, self.plan, self.dynprompt, self.extra
        )[0]
        self.server.last_node_id = node_id if self.server.client_id is not None else self.server.last_node_id
        self._tell("executing", node=node_id, display_node=node_id)
        outputs, told = sort_out(await self._call(node_id, class_def), class_def)
        if told:
            ids = {"node_id": node_id, "display_node": node_id, "parent_node": None, "real_node_id": node_id}
            self.ui[node_id] = {"meta": ids, "output": told}
            self._tell("executed", node=node_id, display_node=node_id, output=told)
        entry = CacheEntry(self.ui.get(node_id), outputs)
        self.caches.outputs.set_local(node_id, entry)
        self.plan.done(node_id, entry)
        get_progress_state().finish_progress(node_id)
        self.executed.add(node_id)

    async def _call(self, node_id: str, class_def: Any) -> list[Any]:
        node = self.caches.objects.get_local(node_id)
        if node is None:
            node = class_def()
            self.caches.objects.set_local(node_id, node)
        nodes.before_node_execution()
        if NODE_SECONDS:
            time.sleep(NODE_SECONDS)
        return await call(self.id, node_id, node, self.inputs, class_def.FUNCTION)

    def shown(self) -> dict[str, dict[str, Any]]:
        """What the history says: an older version counts what is kept and was not asked for again."""
        if NEWER:
            return self.ui
        kept = {node_id: self.caches.outputs.get_local(node_id) for node_id in self.dynprompt.all_node_ids()}
        return {node_id: entry.ui for node_id, entry in kept.items() if entry and entry.ui} | self.ui


class PromptExecutor:
    """Runs workflows one after another and keeps their results; its thread belongs to it."""

    if NEWER:

        def __init__(self, server, cache_type=False, cache_args=None) -> None:
            self.server, self.cache_type, self.cache_args = server, cache_type, cache_args
            self.reset()

    else:

        def __init__(self, server, cache_type=False, cache_size=None) -> None:
            self.server, self.cache_type, self.cache_size = server, cache_type, cache_size
            self.reset()

    def reset(self) -> None:
        """Forget all results."""
        size = (self.cache_args or {}).get("lru", 0) if NEWER else self.cache_size
        self.caches = CacheSet(self.cache_type, size)
        self.status_messages: list[Any] = []
        self.success = True

    def add_message(self, event, data: dict[str, Any], broadcast: bool) -> None:
        """An event that the history keeps; for the page that asked, and for all when `broadcast` and none did."""
        data = {**data, "timestamp": int(time.time() * 1000)}
        self.status_messages.append((event, data))
        if self.server.client_id is not None or broadcast:
            self.server.send_sync(event, data, self.server.client_id)

    def handle_execution_error(self, prompt_id, prompt, current_outputs, executed, error, ex) -> None:
        """Tell of the failure that ended a workflow; `error` is {"node_id", …}."""
        node_id = error["node_id"]
        about = {"prompt_id": prompt_id, "node_id": node_id, "node_type": prompt[node_id]["class_type"]}
        about["executed"] = list(executed)
        if isinstance(ex, InterruptProcessingException):
            self.add_message("execution_interrupted", about, broadcast=True)
        else:
            outputs = {"current_outputs": list(current_outputs)}
            self.add_message("execution_error", {**about, **error, **outputs}, broadcast=False)

    def execute(self, prompt, prompt_id, extra_data={}, execute_outputs=[]) -> None:  # noqa: B006
        """Run a workflow to its end; `history_result`, `status_messages` and `success` say how it went."""
        asyncio.run(self.execute_async(prompt, prompt_id, extra_data, execute_outputs))

    async def execute_async(self, prompt, prompt_id, extra_data={}, execute_outputs=[]) -> None:  # noqa: B006
        nodes.interrupt_processing(False)
        self.server.client_id = extra_data.get("client_id")
        self.status_messages = []
        self.add_message("execution_start", {"prompt_id": prompt_id}, broadcast=False)
        dynprompt = DynamicPrompt(prompt)
        reset_progress_state(prompt_id, dynprompt)
        add_progress_handler(WebUIProgressHandler(self.server))
        is_changed = IsChangedCache(prompt_id, dynprompt, self.caches.outputs)
        for cache in self.caches.all:
            await cache.set_prompt(dynprompt, prompt.keys(), is_changed)
            cache.clean_unused()
        kept = [node_id for node_id in prompt if self.caches.outputs.get_local(node_id) is not None]
        self.add_message("execution_cached", {"nodes": kept, "prompt_id": prompt_id}, broadcast=False)
        run = _Run(self, prompt_id, dynprompt, extra_data)
        for node_id in execute_outputs:
            run.plan.add_node(node_id)
        self.success = await self._all(run)
        if self.success:
            self.add_message("execution_success", {"prompt_id": prompt_id}, broadcast=False)
        shown = run.shown()
        self.history_result = {
            "outputs": {node_id: found["output"] for node_id, found in shown.items()},
            "meta": {node_id: found["meta"] for node_id, found in shown.items()},
        }
        self.server.last_node_id = None

    async def _all(self, run: _Run) -> bool:
        """Run every node; False when one failed, which is told."""
        while not run.plan.is_empty():
            node_id = run.plan.next()
            run.inputs = {}
            try:
                await run.node(node_id)
            except InterruptProcessingException as asked:
                logging.info("Processing interrupted")
                failure, error = asked, {"node_id": node_id}
            except Exception as thrown:  # noqa: BLE001 - whatever a node throws ends its workflow alone
                failure, error = thrown, _told(thrown, node_id, run.inputs)
            else:
                continue
            known = self.caches.outputs.all_node_ids()
            prompt = run.dynprompt.get_original_prompt()
            self.handle_execution_error(run.id, prompt, known, run.executed, error, failure)
            return False
        return True


def _told(failure: Exception, node_id: str, inputs: dict[str, list[Any]]) -> dict[str, Any]:
    """What the page is told of a node's failure."""
    trace = traceback.format_exception(failure)
    logging.error("!!! Exception during processing !!! %s", failure)
    logging.error("".join(trace))
    shown = {
        name: [value if isinstance(value, (int, float, str, type(None))) else str(value) for value in values]
        for name, values in inputs.items()
    }
    return {
        "node_id": node_id,
        "exception_message": f"{failure}\n",
        "exception_type": full_type_name(type(failure)),
        "traceback": traceback.format_tb(failure.__traceback__),
        "current_inputs": shown,
    }


class PromptQueue:
    """What waits (a heap of tuples, compared as such), what runs, and what came of it.

    An item is (number, prompt id, workflow, extra data, output nodes) and, newer, what must not be shown. Two with
    the same number and id make the heap compare workflows, which cannot be: whoever does that gets a TypeError, be
    it who posts or the one thread that works, which then is gone. That flaw is upstream's.
    """

    def __init__(self, server) -> None:
        self.server = server
        self.mutex = threading.RLock()
        self.not_empty = threading.Condition(self.mutex)
        self.task_counter = 0
        self.queue: list[tuple[Any, ...]] = []
        self.currently_running: dict[int, tuple[Any, ...]] = {}
        self.history: dict[str, Any] = {}
        self.flags: dict[str, Any] = {}

    class ExecutionStatus(NamedTuple):
        """How it went; `status_str` is "success" or "error"."""

        status_str: str
        completed: bool
        messages: list[Any]

    def put(self, item) -> None:
        """Line a workflow up."""
        with self.mutex:
            heapq.heappush(self.queue, item)
            self.server.queue_updated()
            self.not_empty.notify()

    def get(self, timeout=None) -> tuple[tuple[Any, ...], int] | None:
        """Wait for the next workflow and count it as running: the item and the task's number."""
        with self.not_empty:
            while not self.queue:
                self.not_empty.wait(timeout)
                if timeout is not None and not self.queue:
                    return None
            item = heapq.heappop(self.queue)
            task = self.task_counter
            self.currently_running[task] = copy.deepcopy(item)
            self.task_counter += 1
            self.server.queue_updated()
            return item, task

    def _task_done(self, item_id, history_result, status, process_item) -> None:
        with self.mutex:
            item = self.currently_running.pop(item_id)
            if len(self.history) > MAXIMUM_HISTORY_SIZE:
                self.history.pop(next(iter(self.history)))
            item = process_item(item) if process_item is not None else item
            said = None if status is None else copy.deepcopy(status._asdict())
            self.history[item[1]] = {"prompt": item, "outputs": {}, "status": said, **history_result}
            self.server.queue_updated()

    if NEWER:

        def task_done(self, item_id, history_result, status, process_item=None) -> None:
            """Write down what came of the running one; `process_item` takes out what must not be shown."""
            self._task_done(item_id, history_result, status, process_item)

        def interrupt_if_running(self, prompt_id) -> bool:
            """Interrupt this very prompt, if it runs now."""
            with self.mutex:
                found = any(item[1] == prompt_id for item in self.currently_running.values())
                if found:
                    nodes.interrupt_processing()
            return found

    else:

        def task_done(self, item_id, history_result, status) -> None:
            """Write down what came of the running one."""
            self._task_done(item_id, history_result, status, None)

    def get_current_queue(self) -> tuple[list[Any], list[Any]]:
        """What runs and what waits, as copies."""
        with self.mutex:
            return list(self.currently_running.values()), copy.deepcopy(self.queue)

    def get_current_queue_volatile(self) -> tuple[list[Any], list[Any]]:
        """What runs and what waits; the items are the queue's own."""
        with self.mutex:
            return list(self.currently_running.values()), list(self.queue)

    def get_tasks_remaining(self) -> int:
        with self.mutex:
            return len(self.queue) + len(self.currently_running)

    def wipe_queue(self) -> None:
        with self.mutex:
            self.queue = []
            self.server.queue_updated()

    def delete_queue_item(self, function) -> bool:
        """Take the first waiting one out for which `function(item)` is true."""
        with self.mutex:
            for place, item in enumerate(self.queue):
                if function(item):
                    self.queue.pop(place)
                    heapq.heapify(self.queue)
                    self.server.queue_updated()
                    return True
        return False

    def get_history(self, prompt_id=None, max_items=None, offset=-1, map_function=None) -> dict[str, Any]:
        """One entry, or `max_items` of them (the newest unless `offset` says from where), oldest first."""
        change = map_function or copy.deepcopy if prompt_id is not None else map_function or (lambda entry: entry)
        with self.mutex:
            if prompt_id is not None:
                return {prompt_id: change(self.history[prompt_id])} if prompt_id in self.history else {}
            ids = list(self.history)
            start = max(0, len(ids) - max_items) if offset < 0 and max_items is not None else max(0, offset)
            chosen = ids[start : None if max_items is None else start + max_items]
            return {one: change(self.history[one]) for one in chosen}

    def wipe_history(self) -> None:
        with self.mutex:
            self.history = {}

    def delete_history_item(self, id_to_delete) -> None:
        with self.mutex:
            self.history.pop(id_to_delete, None)

    def set_flag(self, name, data) -> None:
        with self.mutex:
            self.flags[name] = data
            self.not_empty.notify()

    def get_flags(self, reset=True) -> dict[str, Any]:
        with self.mutex:
            flags = dict(self.flags)
            if reset:
                self.flags = {}
            return flags
