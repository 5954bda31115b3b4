import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** Makes one plain module of enter.ts, which Node can run. It lies two folders below the root, as the lab does. */
export default defineConfig({
  build: {
    ssr: resolve(import.meta.dirname, 'enter.ts'),
    outDir: resolve(import.meta.dirname, '../../.cache/lab'),
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: { output: { format: 'esm', entryFileNames: '[name].mjs' } },
  },
});
