// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { stripTypeScriptTypes } from 'node:module';

/** A relative path to a TypeScript file in a string literal: imports, and `new URL('./worker.ts', import.meta.url)`. */
const RELATIVE_SOURCE = /(['"`])(\.{1,2}\/[^'"`\n$]*)\.ts\1/g;

/**
 * JavaScript for one TypeScript file: types become spaces, so that lines and columns stay; relative `.ts` paths become
 * `.js`. Throws with the file's name when the syntax cannot be erased.
 */
export function stripSource(source: string, path: string): string {
  try {
    return stripTypeScriptTypes(source, { mode: 'strip' }).replace(RELATIVE_SOURCE, '$1$2.js$1');
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A package.json that names the stripped files and nothing that only development needs. */
export function stripManifest(source: string): string {
  const manifest: Record<string, unknown> = JSON.parse(source);
  const { devDependencies: _dev, scripts: _scripts, ...kept } = manifest;
  return `${JSON.stringify(kept, null, 2).replaceAll(/("\.\/[^"\n]*)\.ts"/g, '$1.js"')}\n`;
}
