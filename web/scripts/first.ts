// What the first page needs, and what it weighs: the scripts and styles that Home takes until it stands there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

interface Graph {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

const WEB = fileURLToPath(new URL('..', import.meta.url));
const FRAME = ['src/app/main.tsx', 'src/app/Shell.tsx'].map((path) => join(WEB, path));
const HOME = join(WEB, 'src/pages/home/Home.tsx');
const OURS = /\/web\/src\/|\/lucide-react\//;
const SHARED = /\/src\/(api|events|words|parts)\/|\/lucide-react\//;

/** Kilobytes, as 1,000 bytes, that the first load may weigh. */
const LIMIT_KB = 143;

function reached(from: readonly string[], graph: Graph): Set<string> {
  const into = new Set<string>();
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (into.has(id)) continue;
    into.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return into;
}

/** Names the chunk of what the frame needs, and of the parts that Home needs: few files compress well, each other one costs a request. */
export function frameChunk(): (id: string, graph: Graph) => string | null {
  let frame: Set<string> | null = null;
  return (id, graph) => {
    frame ??= new Set([...[...reached(FRAME, graph)].filter((each) => OURS.test(each)), ...[...reached([HOME], graph)].filter((each) => SHARED.test(each))]);
    return frame.has(id) && !id.endsWith('main.tsx') ? 'frame' : null;
  };
}

const packed = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length;

/** Says what the first load weighs once everything is built, and fails beyond the limit. */
export function weighFirstLoad(): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    writeBundle(_, bundle) {
      const names = new Set(['index.html']);
      const take = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || names.has(name)) return;
        names.add(name);
        for (const style of chunk.viteMetadata?.importedCss ?? []) names.add(style);
        chunk.imports.forEach(take);
      };
      const wanted = new Set([...FRAME, HOME]);
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === 'chunk' && Object.keys(chunk.modules).some((id) => wanted.has(id))) take(name);
      }
      let sum = ['theme.js', 'mark.svg'].reduce((all, name) => all + packed(readFileSync(join(WEB, 'public', name))), 0);
      for (const name of names) {
        const file = bundle[name];
        if (file) sum += packed(file.type === 'chunk' ? file.code : file.source);
      }
      const said = `First load: ${(sum / 1000).toFixed(1)} kB in ${names.size + 2} files.`;
      if (sum > LIMIT_KB * 1000) this.error(`${said} It may weigh ${LIMIT_KB} kB: what was added belongs to a page of its own.`);
      console.log(said);
    },
  };
}
