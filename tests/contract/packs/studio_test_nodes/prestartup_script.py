"""Says that it ran, before anything of ComfyUI's was imported."""

import logging
import sys

logging.info("studio_test_nodes: before the start (nodes imported: %s)", "nodes" in sys.modules)
