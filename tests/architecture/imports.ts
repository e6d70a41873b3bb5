// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './repository.ts';

/** One import: paths from the root, or `node:x` where it is a part of Node.js. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly types: readonly ('core' | 'local' | 'type-only')[];
}

/** Whether a path is that of a module of a program or package. */
export const isLayered = (path: string): boolean =>
  /^(packages|apps)\/.*\.(tsx?|m?js)$/.test(path) &&
  !/(^|\/)(dist|node_modules|testdata|artefacts)\//.test(path);

/** What the parser tells of a module: `staticImports` and `staticExports` of the record that ECMAScript defines. */
interface Parsed {
  readonly errors: readonly { readonly message: string }[];
  readonly module: {
    readonly staticImports: readonly {
      readonly start: number;
      readonly moduleRequest: { readonly value: string };
    }[];
    readonly staticExports: readonly {
      readonly start: number;
      readonly entries: readonly { readonly moduleRequest: { readonly value: string } | null }[];
    }[];
  };
}
type Parse = (path: string, text: string) => Parsed;

/**
 * The parser of the console's bundler. It hands over the record of the imports without the syntax tree, which is where a
 * look at every module spends its time: 2 s of CPU for all of them, and 14 by dependency-cruiser.
 */
export async function loadParser(): Promise<Parse> {
  const path = createRequire(join(ROOT, 'apps/console/package.json')).resolve('vite');
  const { parseSync }: { parseSync: Parse } = await import(pathToFileURL(path).href);
  return parseSync;
}

/** `import type` and `export type`, which leave nothing at run time; `import type from` names a value. */
const TYPE_ONLY = /^(?:import|export)\s+type\s+(?!from\b|,)/;
/** What is imported by a call, at run time or in a type. In a comment it counts too: that is a look too many, not one too few. */
const CALLED = /\bimport\(\s*(['"`])([^'"`$\n]+)\1/g;

interface Request {
  readonly specifier: string;
  readonly isType: boolean;
}

function requestsOf(parse: Parse, path: string, text: string): Request[] {
  const { module, errors } = parse(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const isType = (start: number): boolean => TYPE_ONLY.test(text.slice(start, start + 40));
  const exported = module.staticExports.flatMap(({ start, entries }) =>
    // Each name of `export { a, b } from` is an entry: the module is asked for once.
    [...new Set(entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []))].map((specifier) => ({
      specifier,
      isType: isType(start),
    })),
  );
  return [
    ...module.staticImports.map(({ start, moduleRequest }) => ({
      specifier: moduleRequest.value,
      isType: isType(start),
    })),
    ...exported,
    ...[...text.matchAll(CALLED)].map(([, , specifier = '']) => ({ specifier, isType: false })),
  ];
}

/** `@bartizan/x/part` -> the file behind it, for every workspace and each of its exports. */
function workspaceExports(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const parent of ['packages', 'apps'].filter((name) => existsSync(join(root, name))))
    for (const folder of readdirSync(join(root, parent)).map((name) => join(parent, name))) {
      const manifest = join(root, folder, 'package.json');
      if (!existsSync(manifest)) continue;
      const { name, exports = {} }: { name: string; exports?: Record<string, string> } = JSON.parse(
        readFileSync(manifest, 'utf8'),
      );
      for (const [part, file] of Object.entries(exports)) found.set(join(name, part), join(folder, file));
    }
  return found;
}

/** Every import of the files; packages of others are not followed, and what leads nowhere is a fault. */
export function importsOf(parse: Parse, files: readonly string[], root: string = ROOT): Import[] {
  const ours = workspaceExports(root);
  const resolve = (from: string, specifier: string): Omit<Import, 'from'> | undefined => {
    if (isBuiltin(specifier)) return { to: `node:${specifier.replace(/^node:/, '')}`, types: ['core'] };
    // What the bundler is told after a question mark is no part of the path.
    const [path = ''] = specifier.split('?');
    const to = path.startsWith('.') ? join(dirname(from), path) : ours.get(path);
    if (to === undefined && !path.startsWith('@bartizan/')) return undefined;
    if (to === undefined || !existsSync(join(root, to)))
      throw new Error(`${from}: nothing is at ${specifier}`);
    return { to, types: path.startsWith('.') ? ['local'] : [] };
  };
  return files.flatMap((from) =>
    requestsOf(parse, from, readFileSync(join(root, from), 'utf8')).flatMap(({ specifier, isType }) => {
      const found = resolve(from, specifier);
      if (found === undefined) return [];
      return [{ from, to: found.to, types: isType ? [...found.types, 'type-only' as const] : found.types }];
    }),
  );
}
