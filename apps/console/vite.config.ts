// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Libraries of every page; those of one page (drawing, charts, search) are loaded with it. */
const isShared = (id: string): boolean =>
  id.includes('node_modules') && !/[/+](?:sigma|graphology|events|uplot|spotlight|yaml)[@/-]/.test(id);

/** Everything is bundled: the console loads nothing from anywhere but its own controller. */
export default defineConfig({
  plugins: [react()],
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Few files: a first visit waits for requests, not for bytes. What only one page needs stays with that page.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: isShared, priority: 2 },
            { name: 'shell', test: /src.(?:widgets|frame(?!.palette)|data|format|filter)\b/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:9460' } },
});
