import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { frameChunk, weighFirstLoad } from './scripts/first.ts';
import { singleIcons } from './scripts/icons.ts';

// The studio serves what is built here: see tools/build_web.py.
export default defineConfig({
  plugins: [singleIcons(), react(), weighFirstLoad()],
  resolve: {
    alias: [
      // React has this hook of its own.
      { find: /^use-sync-external-store\/shim\/with-selector(\.js)?$/, replacement: 'use-sync-external-store/with-selector.js' },
      { find: /^use-sync-external-store\/shim(\/index\.js)?$/, replacement: 'react' },
      { find: /^\.\.\/createLucideIcon\.mjs$/, replacement: fileURLToPath(new URL('src/parts/svgIcon.ts', import.meta.url)) },
    ],
  },
  build: {
    outDir: '../src/comfystudio/web/static',
    emptyOutDir: true,
    target: 'es2023',
    // Small files stay files: the page's policy has no data: but for pictures.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    // Every browser that reads this code preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs comes in three files: small ones compress badly and each costs a request.
        codeSplitting: {
          groups: [
            // What only lists that go on need comes with them.
            { name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\/(?!.*[iI]nfiniteQuery)/, priority: 2 },
            { name: frameChunk(), debugName: 'frame', priority: 1 },
            { name: 'parts', test: /src\/(api|events|parts|app)\//, minShareCount: 3 },
            { name: 'icons', test: /lucide-react/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  // COMFYSTUDIO_ORIGIN=http://127.0.0.1:8080 npm run dev: the pages from here, the rest from a running studio.
  server: {
    proxy: Object.fromEntries(
      ['/api', '/enter', '/healthz'].map((path) => [
        path,
        { target: process.env['COMFYSTUDIO_ORIGIN'] ?? 'http://127.0.0.1:8080', ws: true },
      ]),
    ),
  },
});
