import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import react from '@vitejs/plugin-react';

const app = (path: string): string => resolve(import.meta.dirname, 'app', path);
const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, 'package.json'), 'utf8')) as {
  version: string;
};
const define = { __APP_VERSION__: JSON.stringify(version) };

// The oldest runtime is Electron 25 (Node 18.15, Chrome 114), on which the tests run where the current Electron cannot be
// had: CommonJS and explicit targets. Everything is bundled, so that the built folder runs without node_modules.
export default defineConfig({
  main: {
    define,
    build: {
      target: 'node18',
      outDir: 'out/main',
      externalizeDeps: false,
      minify: true,
      rolldownOptions: {
        input: {
          index: app('main/index.ts'),
          sesamy: app('cli/main.ts'),
          'pcap-child': app('engine/transports/pcap/child.ts'),
        },
        // ssh2's optional native speed-ups: never built here, and it runs without them.
        external: ['electron', 'cpu-features', /sshcrypto\.node$/],
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunks/[name]-[hash].cjs',
          banner: (chunk) => (chunk.name === 'sesamy' ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: app('preload/index.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: app('renderer'),
    define,
    plugins: [react()],
    build: {
      target: 'chrome114',
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      minify: true,
      rolldownOptions: { input: app('renderer/index.html') },
    },
  },
});
