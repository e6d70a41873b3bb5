// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { baseName, parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { declared } from '../declared-licences.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { GAPS } from '../problem-words.ts';
import { writePurl } from '../purl.ts';
import { readManifest } from '../read-manifest.ts';
import { isRootFileSystem } from '../root-file-system.ts';
import { pythonCapabilities } from './capabilities.ts';
import { lockReader } from './locks.ts';

const wants = (file: WalkedFile): boolean => {
  if (file.name === 'METADATA') return parentPath(file.path).endsWith('.dist-info');
  if (file.name === 'PKG-INFO') {
    const folder = baseName(parentPath(file.path));
    return folder === 'EGG-INFO' || folder.endsWith('.egg-info');
  }
  return file.name.endsWith('.egg-info') || lockReader(file) !== undefined;
};

/** What core metadata says (PEP 566, PEP 639): header lines up to the first empty one. */
export interface PythonMetadata {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
}

/** The expression where there is one, else the classifiers, else the first line of the free text. */
const licencesOf = (fields: { expression: string; classifiers: string[]; text: string }): string[] => {
  if (fields.expression !== '') return [fields.expression];
  if (fields.classifiers.length > 0) return [fields.classifiers.join(' OR ')];
  return fields.text === '' || fields.text === 'UNKNOWN' ? [] : [fields.text];
};

/** Reads core metadata. */
export const parseMetadata = (content: string): PythonMetadata | undefined => {
  let name = '';
  let version = '';
  const licence = { expression: '', classifiers: [] as string[], text: '' };
  for (const line of content.split('\n', 2_000)) {
    const text = line.trimEnd();
    if (text === '') break;
    if (name === '' && /^name:/i.test(text)) name = text.slice(5).trim();
    else if (version === '' && /^version:/i.test(text)) version = text.slice(8).trim();
    else if (/^license-expression:/i.test(text)) licence.expression = text.slice(19).trim();
    else if (/^license:/i.test(text)) licence.text = text.slice(8).trim();
    else if (/^classifier:\s*license ::/i.test(text) && licence.classifiers.length < 16)
      licence.classifiers.push(text.slice(text.lastIndexOf('::') + 2).trim());
  }
  return name === '' || version === '' ? undefined : { name, version, licenses: licencesOf(licence) };
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  const readLock = lockReader(file);
  if (readLock !== undefined) return readLock(content, file.path, context);
  const metadata = parseMetadata(content.toString('utf8'));
  if (metadata === undefined || !isPlausible(metadata.name) || !isPlausible(metadata.version)) {
    context.problem(scanProblem('scan.malformed', file.path, GAPS.noName));
    return [];
  }
  const { name, version } = metadata;
  const normalized = name.toLowerCase().replace(/[-_.]+/g, '-');
  return [
    {
      type: 'pypi',
      name,
      version,
      purl: writePurl({ type: 'pypi', name: normalized, version }),
      ...declared(metadata.licenses),
      location: file.path,
    },
  ];
};

/** Installed Python distributions. */
export const pythonCataloger: Cataloger = {
  id: 'python',
  types: ['pypi'],
  capabilities: pythonCapabilities,
  wants,
  // In a root file system what counts is what is installed; a lock file there is a left-over of the build.
  isShadowed: (file, tree) => lockReader(file) !== undefined && isRootFileSystem(tree),
  inspect,
};
