"""What an artist would write with comfy-api-simplified. Prints what came of it."""

import asyncio
import base64
import json
import sys
from typing import Any

from comfy_api_simplified import ComfyApiWrapper

address, picture, made, stranger = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
api = ComfyApiWrapper(address)


def run(workflow: dict[str, Any]) -> tuple[str, bytes]:
    """The prompt's id and its one picture."""
    prompt, _ = asyncio.run(api.queue_prompt_and_wait(workflow))
    image = api.get_history(prompt)[prompt]["outputs"]["2"]["images"][0]
    return prompt, api.get_image(image["filename"], image["subfolder"], image["type"])


first, one = run(made)
uploaded = api.upload_image(picture, "sent")
loaded = {"class_type": "LoadImage", "inputs": {"image": f"{uploaded['subfolder']}/{uploaded['name']}"}}
second, two = run({**made, "1": loaded})
told = {
    "made": base64.b64encode(one).decode(),
    "again": base64.b64encode(two).decode(),
    "own": [first, second],
    "listed": [each for each in (first, second, stranger) if api.get_history(each)],
}
sys.stdout.write(json.dumps(told))
