"""`python -m tests.contract.comfy_double --port 8188 …`: the double by hand, with its folders where it is started."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).with_name("double")))
    sys.argv[1:1] = ["--base-directory", os.fspath(Path.cwd())]
    Path("custom_nodes").mkdir(exist_ok=True)

    from boot import main

    main()
