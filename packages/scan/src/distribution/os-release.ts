// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileTree } from '../tree/file-tree.ts';

/** The distribution of a tree, from os-release(5). */
export interface Distribution {
  /** `ID`, lower case, for instance `debian`; `unknown` when there is no os-release. */
  readonly id: string;
  /** `VERSION_ID`; empty for rolling releases. */
  readonly versionId: string;
  readonly codename?: string;
  readonly prettyName: string;
  /** `ID_LIKE`, most alike first. */
  readonly like: readonly string[];
}

/** What a tree without a readable os-release is. */
export const UNKNOWN_DISTRIBUTION: Distribution = {
  id: 'unknown',
  versionId: '',
  prettyName: 'unknown',
  like: [],
};

const PATHS = ['/etc/os-release', '/usr/lib/os-release'];
const MAX_BYTES = 64 * 1024;
const MAX_VALUE = 256;

const unquote = (text: string): string => {
  const quote = text[0];
  const inner =
    text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
  return inner.replace(/\\(["'$`\\])/g, '$1').slice(0, MAX_VALUE);
};

/** Reads the text of an os-release file. */
export const parseOsRelease = (content: string): Distribution => {
  const fields = new Map<string, string>();
  for (const line of content.split('\n')) {
    const found = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (found?.[1] !== undefined) fields.set(found[1], unquote(found[2] ?? ''));
  }
  const id = (fields.get('ID') ?? '').toLowerCase();
  if (!/^[a-z0-9._-]+$/.test(id)) return UNKNOWN_DISTRIBUTION;
  const codename = fields.get('VERSION_CODENAME');
  return {
    id,
    versionId: fields.get('VERSION_ID') ?? '',
    ...(codename === undefined || codename === '' ? {} : { codename }),
    prettyName: fields.get('PRETTY_NAME') ?? id,
    like: (fields.get('ID_LIKE') ?? '')
      .toLowerCase()
      .split(/\s+/)
      .filter((part) => part !== ''),
  };
};

/** Finds out which distribution a tree holds; `unknown` when it does not say. */
export const detectDistribution = (tree: FileTree): Distribution => {
  for (const path of PATHS) {
    const content = tree.read(path, { maxBytes: MAX_BYTES });
    if (content.ok) return parseOsRelease(content.value.toString('utf8'));
  }
  return UNKNOWN_DISTRIBUTION;
};
