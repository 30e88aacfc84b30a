# ruff: noqa: A005 the folder is called like the room, and nothing imports it as "queue"
