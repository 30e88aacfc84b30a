"""`python -m tests.contract.comfy_double --port 8188 …`: the double by hand, in the folder where it is started."""

from pathlib import Path

from tests.contract.double.boot import main

if __name__ == "__main__":
    main(Path.cwd())
