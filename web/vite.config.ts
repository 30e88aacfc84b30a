import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The studio serves what is built here: see tools/build_web.py.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../src/comfystudio/web/static',
    emptyOutDir: true,
    target: 'es2023',
    // Small files stay files: the page's policy has no data: but for pictures.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What every page needs comes in two files: small ones compress badly and each costs a request.
        codeSplitting: {
          groups: [
            // What only lists that go on need comes with them.
            { name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\/(?!.*[iI]nfiniteQuery)/ },
            { name: 'common', test: /src\/(api|events|words\/(?:index|en\.)|parts|app)\//, minShareCount: 3 },
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
