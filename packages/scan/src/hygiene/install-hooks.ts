// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText, parseJson } from '../json/fields.ts';

/** Largest package.json looked into. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;
const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare'] as const;
/** Words that fetch or decode; each bounded, so that no text takes long. */
const CALLS: readonly (readonly [string, RegExp])[] = [
  ['curl', /\bcurl\b/],
  ['wget', /\bwget\b/],
  ['netcat', /\b(?:nc|ncat|netcat)\s/],
  ['a URL', /\bhttps?:\/\//],
  ['base64', /\bbase64\s{1,8}(?:-d|--decode|-D)\b/],
  ['/dev/tcp', /\/dev\/tcp\//],
  ['powershell', /\bpowershell\b/i],
  [
    'inline code that opens a connection',
    /\bnode\s{1,8}(?:-e|--eval)\b.{0,2000}\b(?:http|net|fetch|child_process)\b/,
  ],
];

/** A script that npm runs by itself on installation, and what in it fetches. The script is not quoted: it may hold a token. */
export interface InstallHook {
  readonly hook: string;
  readonly calls: readonly string[];
}

/** Installation scripts of a package.json that fetch something from elsewhere. */
export const fetchingHooks = (manifest: string): InstallHook[] => {
  const scripts = asObject(asObject(parseJson(manifest))?.['scripts']);
  return HOOKS.flatMap((hook): InstallHook[] => {
    const script = asText(scripts?.[hook], 16_384);
    const calls =
      script === undefined ? [] : CALLS.flatMap(([name, pattern]) => (pattern.test(script) ? [name] : []));
    return calls.length === 0 ? [] : [{ hook, calls }];
  });
};
