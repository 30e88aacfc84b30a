// Icons are imported one by one: by way of the set's index, every page's icons would belong to every page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Plugin } from 'vite';

const SET = fileURLToPath(new URL('../node_modules/lucide-react/dist/esm', import.meta.url));
const EXPORT = /export \{([^}]+)\} from '(\.\/icons\/[^']+)'/g;
/** What the pages' own maker of icons (src/parts/svgIcon.ts) does not read. */
const UNREAD = /,? key: "\w+"|^ {2}(name|size): .*\n|,\n {2}aliases: \[[^\]]*\]/gm;
const IMPORT = /import \{([^}]+)\} from 'lucide-react';/g;

/** Every name of the set and the file it stands in. */
function filesByName(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, names = '', file = ''] of readFileSync(join(SET, 'lucide-react.mjs'), 'utf8').matchAll(EXPORT)) {
    for (const [, name = ''] of names.matchAll(/default as (\w+)/g)) files.set(name, join(SET, file));
  }
  return files;
}

/** Turns `import { X } from 'lucide-react'` into imports of the icons' own files, and leaves the drawing in these. */
export function singleIcons(): Plugin {
  let files: Map<string, string>;
  return {
    name: 'single-icons',
    enforce: 'pre',
    transform(code, id) {
      if (/\/lucide-react\/dist\/esm\/icons\//.test(id)) return code.replace(UNREAD, '');
      if (!/\/src\/.*\.tsx?$/.test(id) || !code.includes("'lucide-react'")) return null;
      files ??= filesByName();
      return code.replace(IMPORT, (_whole, names: string) => {
        const wanted = names.split(',').map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
        const types = names.split(',').map((name) => name.trim()).filter((name) => name.startsWith('type '));
        const lines = wanted.map((name) => {
          const [own = '', local = own] = name.split(/\s+as\s+/);
          const file = files.get(own);
          if (file === undefined) this.error(`The icon set has no ${own}.`);
          return `import ${local} from '${file}';`;
        });
        return [...lines, ...(types.length > 0 ? [`import { ${types.join(', ')} } from 'lucide-react';`] : [])].join('');
      });
    },
  };
}
