"""A ComfyUI of our own: same modules, names, routes and events, real pictures, no torch.

This folder is what `checkout.py` makes a checkout of: there its files lie at the root and import each other by the
names that ComfyUI's have (folder_paths, execution, server, nodes, …), so that node packs, and the studio's own
extension, load into it as they load into the real one. It is written from what the real ones answer, which
`recorded/` holds; nothing of their source is in it. What begins with `double_` is no module of ComfyUI, and
`double_knobs` says which version it stands for.

Left out on purpose: models (a loader takes any file, a sampler makes a picture of its seed's colour), nodes that make
nodes, inputs that are made only when asked for.
"""
