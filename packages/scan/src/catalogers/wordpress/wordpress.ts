// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { baseName, parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { treeProblem } from '../problem-words.ts';
import { wordpressCapabilities } from './capabilities.ts';

/** WordPress itself reads a header from the first 8 KiB of a file and no further. */
const HEADER_BYTES = 8 * 1024;
const PLUGIN = /\/wp-content\/(?:mu-)?plugins\/(?:[^/]+\/)?[^/]+\.php$/;
const THEME = /\/wp-content\/themes\/[^/]+\/style\.css$/;
const CORE = /\/wp-includes\/version\.php$/;

const readHead = (file: WalkedFile, context: CatalogContext): string => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) {
    context.problem(treeProblem(opened.error, file.path));
    return '';
  }
  const head = opened.value.readAt(0, HEADER_BYTES).toString('utf8');
  opened.value.close();
  return head;
};

const field = (head: string, name: string): string | undefined =>
  new RegExp(`^[ \\t/*#@]*${name}:[ \\t]*([^\\r\\n]{1,200})`, 'im').exec(head)?.[1]?.trim();

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const head = readHead(file, context);
  const location = file.path;
  if (CORE.test(file.path)) {
    const version = /^\s*\$wp_version\s*=\s*['"]([^'"\n]{1,50})['"]/m.exec(head)?.[1];
    return foundPackages([
      { type: 'wordpress', name: 'wordpress', version, location, purl: { type: 'generic' } },
    ]);
  }
  const kind = THEME.test(file.path) ? 'theme' : 'plugin';
  if (field(head, kind === 'theme' ? 'Theme Name' : 'Plugin Name') === undefined) return [];
  const folder = baseName(parentPath(file.path));
  const slug = folder === 'plugins' || folder === 'mu-plugins' ? file.name.replace(/\.php$/, '') : folder;
  return foundPackages([
    {
      type: 'wordpress',
      name: `${kind}/${slug}`,
      version: field(head, 'Version'),
      location,
      purl: { type: 'generic', namespace: `wordpress-${kind}`, name: slug },
    },
  ]);
};

/** WordPress with its plugins and themes. */
export const wordpressCataloger: Cataloger = {
  id: 'wordpress',
  types: ['wordpress'],
  capabilities: wordpressCapabilities,
  headBytes: HEADER_BYTES,
  wants: (file) =>
    (file.name.endsWith('.php') && (PLUGIN.test(file.path) || CORE.test(file.path))) ||
    (file.name === 'style.css' && THEME.test(file.path)),
  inspect,
};
