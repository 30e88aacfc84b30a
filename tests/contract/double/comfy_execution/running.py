"""One node's call: its inputs gathered, its function called once or over lists, its outputs sorted."""

import inspect
from typing import Any

import nodes
from comfy_execution.graph import get_input_info
from comfy_execution.graph_utils import is_link
from comfy_execution.utils import CurrentNodeContext

__all__ = ["call", "gather", "sort_out"]

_HIDDEN = {
    "EXTRA_PNGINFO": "extra_pnginfo",
    "AUTH_TOKEN_COMFY_ORG": "auth_token_comfy_org",
    "API_KEY_COMFY_ORG": "api_key_comfy_org",
}


def gather(
    inputs: dict[str, Any], class_def: Any, node_id: str, execution_list: Any, dynprompt: Any, extra_data: Any
) -> dict[str, list[Any]]:
    """Inputs by name, each as the list of values that it has (one, mostly)."""
    known = class_def.INPUT_TYPES()
    found: dict[str, list[Any]] = {}
    for name, value in inputs.items():
        if is_link(value):
            entry = execution_list.get_cache(value[0], node_id) if execution_list is not None else None
            found[name] = [None] if entry is None else entry.outputs[value[1]]
        elif get_input_info(class_def, name, known)[1] is not None:
            found[name] = [value]
    told = {
        "PROMPT": dynprompt.get_original_prompt() if dynprompt else {},
        "DYNPROMPT": dynprompt,
        "UNIQUE_ID": node_id,
    }
    told |= {kind: extra_data.get(key) for kind, key in _HIDDEN.items()}
    return found | {name: [told[kind]] for name, kind in known.get("hidden", {}).items() if kind in told}


async def call(prompt_id: str, node_id: str, of: Any, inputs: dict[str, list[Any]], function: str) -> list[Any]:
    """Call a node's function for each place of its lists; shorter lists repeat their last value."""
    run = getattr(of, function)
    rounds: list[dict[str, Any]] = [inputs]
    if not getattr(of, "INPUT_IS_LIST", False):
        longest = max((len(values) for values in inputs.values()), default=1)
        rounds = [{name: v[min(i, len(v) - 1)] for name, v in inputs.items()} for i in range(longest)]
    results = []
    for index, given in enumerate(rounds):
        nodes.before_node_execution()
        with CurrentNodeContext(prompt_id, node_id, index):
            made = run(**given)
            results.append(await made if inspect.isawaitable(made) else made)
    return results


def sort_out(results: list[Any], class_def: Any) -> tuple[list[Any], dict[str, Any]]:
    """Outputs by place, each as a list, and what the page is told."""
    told = [result["ui"] for result in results if isinstance(result, dict) and "ui" in result]
    values = [result.get("result") if isinstance(result, dict) else result for result in results]
    values = [value for value in values if value is not None]
    whole = getattr(class_def, "OUTPUT_IS_LIST", [False] * len(class_def.RETURN_TYPES))
    outputs = [
        [item for value in values for item in value[place]] if is_list else [value[place] for value in values]
        for place, is_list in enumerate(whole)
        if values
    ]
    return outputs, {key: [item for one in told for item in one[key]] for key in (told[0] if told else {})}
