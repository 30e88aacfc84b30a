"""The routes by what they are about. Each module hangs its own into a table: add(routes, server)."""
