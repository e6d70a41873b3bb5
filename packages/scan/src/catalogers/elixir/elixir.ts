// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { elixirCapabilities } from './capabilities.ts';

/** Applications of Erlang and Elixir themselves: a binary classifier finds those, and no Hex advisory is about them. */
const OWN = new Set([
  'elixir',
  'eex',
  'ex_unit',
  'iex',
  'logger',
  'mix',
  'kernel',
  'stdlib',
  'erts',
  'compiler',
]);
const RELEASE = /\/lib\/([a-z][a-z0-9_]*)-(\d[^/]*)\/ebin\/\1\.app$/;

const hex = (name: unknown, version: unknown, location: string): FoundPackage[] =>
  foundPackages([{ type: 'hex', name, version, location }]);

/** mix.lock: `"plug": {:hex, :plug, "1.14.2", ...}`; the second name is the package, the first what it is called here. */
const readMix = (content: Buffer, location: string): FoundPackage[] =>
  [...linesOf(content)].flatMap((line) => {
    const [, name, version] =
      /^\s*"[^"]{1,200}":\s*\{:hex,\s*:"?([a-z0-9_]+)"?,\s*"([^"]+)"/.exec(line) ?? [];
    return hex(name, version, location);
  });

/** rebar.lock: `{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0}` */
const readRebar = (content: Buffer, location: string): FoundPackage[] =>
  [...content.toString('utf8').matchAll(/\{pkg,\s*<<"([^"]{1,200})">>,\s*<<"([^"]{1,200})">>/g)]
    .slice(0, 20_000)
    .flatMap(([, name, version]) => hex(name, version, location));

const readApp = (content: Buffer, location: string): FoundPackage[] => {
  const [, name] = RELEASE.exec(location) ?? [];
  const version = /\{\s*vsn\s*,\s*"([^"]{1,200})"/.exec(content.toString('utf8', 0, 64 * 1024))?.[1];
  return hex(name, version, location);
};

/** Packages of Elixir and Erlang programs. */
export const elixirCataloger: Cataloger = {
  id: 'elixir',
  types: ['hex'],
  capabilities: elixirCapabilities,
  wants: (file) => {
    if (file.name === 'mix.lock' || file.name === 'rebar.lock') return true;
    const application = file.name.endsWith('.app') ? RELEASE.exec(file.path)?.[1] : undefined;
    return application !== undefined && !OWN.has(application);
  },
  inspect: (file, context) => {
    const content = readManifest(context, file.path);
    if (content === undefined) return [];
    if (file.name === 'mix.lock') return readMix(content, file.path);
    return file.name === 'rebar.lock' ? readRebar(content, file.path) : readApp(content, file.path);
  },
};
