/** What a file's graph says about how it was made. */
export interface Recipe {
  prompt: string | null;
  negative: string | null;
  seed: string | null;
  models: string[];
  loras: string[];
  sampler: string | null;
  scheduler: string | null;
  steps: string | null;
  guidance: string | null;
}

interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
}

type Graph = Record<string, GraphNode>;
type Link = [node: string, output: number];

const SEEDS = ['seed', 'noise_seed'];
const MODELS = ['ckpt_name', 'unet_name', 'diffusion_model', 'model_name'];
const LORA = /^lora(_name)?(_\d+)?$/;
const GUIDANCE = ['cfg', 'guidance'];
const TEXTS = ['text', 'prompt', 'text_g', 't5xxl', 'clip_l', 'text_l', 'positive_prompt', 'value', 'string'];

const isLink = (value: unknown): value is Link => Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number';

/** The graph as ComfyUI runs it, or nothing if it is not one. */
function graphOf(value: unknown): Graph {
  if (value === null || typeof value !== 'object') return {};
  const nodes = Object.entries(value as Record<string, unknown>).filter((entry): entry is [string, GraphNode] => {
    const node = entry[1] as Partial<GraphNode> | null;
    return typeof node?.class_type === 'string' && typeof node.inputs === 'object' && node.inputs !== null;
  });
  return Object.fromEntries(nodes);
}

class Reader {
  constructor(private readonly graph: Graph) {}

  /** A value as it stands, or what the node it is linked to holds: seeds and texts often come from a node of their own. */
  value(value: unknown, names: readonly string[], depth = 0): string | null {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    if (!isLink(value) || depth > 8) return null;
    const inputs = this.graph[value[0]]?.inputs ?? {};
    for (const name of [...names, 'value', 'int', 'number', 'string']) {
      const found = name in inputs ? this.value(inputs[name], names, depth + 1) : null;
      if (found !== null) return found;
    }
    return null;
  }

  /** The first of `names` in the order of the nodes. */
  first(names: readonly string[], fits: (text: string) => boolean = () => true): string | null {
    for (const node of Object.values(this.graph)) {
      for (const name of names) {
        const found = name in node.inputs ? this.value(node.inputs[name], names) : null;
        if (found !== null && fits(found)) return found;
      }
    }
    return null;
  }

  /** The text that leads into an input called `name`, found by following links against their direction. */
  textInto(name: string): string | null {
    for (const node of Object.values(this.graph)) {
      const link = node.inputs[name];
      const found = isLink(link) ? this.textFrom(link[0], name, new Set()) : null;
      if (found !== null) return found;
    }
    return null;
  }

  textFrom(id: string, name: string, seen: Set<string>): string | null {
    const node = this.graph[id];
    if (!node || seen.has(id)) return null;
    seen.add(id);
    for (const text of TEXTS) {
      const found = text in node.inputs ? this.value(node.inputs[text], TEXTS) : null;
      if (found !== null && /\p{L}/u.test(found)) return found.trim();
    }
    // A node in between may carry both sides: stay on the one that was asked for.
    const links = Object.entries(node.inputs).filter(([key, value]) => isLink(value) && (!/^(positive|negative)$/.test(key) || key === name));
    for (const [, link] of links.sort(([key]) => (key === name || key.startsWith('conditioning') ? -1 : 1))) {
      const found = this.textFrom((link as Link)[0], name, seen);
      if (found !== null) return found;
    }
    return null;
  }

  loras(): string[] {
    return Object.values(this.graph).flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([name, value]) => LORA.test(name) && typeof value === 'string' && value !== 'None')
        .map(([name, value]) => {
          const strength = inputs[name.replace(/^lora(_name)?/, 'strength_model')] ?? inputs[name.replace(/^lora(_name)?/, 'strength')];
          return typeof strength === 'number' ? `${fileTitle(String(value))}, ${strength}` : fileTitle(String(value));
        }),
    );
  }

  models(): string[] {
    const found = Object.values(this.graph).flatMap(({ inputs }) => MODELS.flatMap((name) => (typeof inputs[name] === 'string' ? [fileTitle(inputs[name])] : [])));
    return [...new Set(found)];
  }
}

/** "flux1-dev-fp8" of "flux/flux1-dev-fp8.safetensors" */
export function fileTitle(name: string): string {
  return (name.split(/[\\/]/).at(-1) ?? name).replace(/\.(safetensors|ckpt|pt|pth|gguf|bin|sft)$/i, '');
}

/** Read prompt, seed, models and sampler out of the graph that made a file. */
export function recipeOf(graph: unknown): Recipe {
  const read = new Reader(graphOf(graph));
  const numeric = (text: string) => /^-?\d/.test(text);
  return {
    prompt: read.textInto('positive') ?? read.textInto('conditioning') ?? read.first(['prompt', 'text', 'text_g'], (text) => /\p{L}/u.test(text)),
    negative: read.textInto('negative'),
    seed: read.first(SEEDS, numeric),
    models: read.models(),
    loras: read.loras(),
    sampler: read.first(['sampler_name']),
    scheduler: read.first(['scheduler']),
    steps: read.first(['steps'], numeric),
    guidance: read.first(GUIDANCE, numeric),
  };
}
