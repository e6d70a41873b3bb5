// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceOrigin, EvidenceValue, ExampleEvidence } from '@bartizan/contracts/compliance';
import { parseJson } from '../json/fields.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { readYaml } from '../yaml/index.ts';
import { flatten } from './flatten.ts';
import { readConfigText } from './read-config.ts';
import { mayHoldSecret } from './secrets.ts';
import { readToml } from './toml.ts';

export type ConfigForm = 'yaml' | 'json' | 'toml';

const YAML_BOUNDS = { documentChars: 1024 * 1024, depth: 64, nodes: 50_000, aliasNodes: 1000, documents: 16 };
const LINES_MAX = 2000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object that a configuration text holds; undefined when it holds none. An empty file holds an empty one. */
export function parseConfig(text: string, form: ConfigForm): Readonly<Record<string, unknown>> | undefined {
  if (form === 'toml') return readToml(text);
  if (form === 'json') {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  }
  if (text.trim() === '') return {};
  for (const document of readYaml(text, YAML_BOUNDS)) {
    if (!document.ok) return undefined;
    return isObject(document.value) ? document.value : document.value === null ? {} : undefined;
  }
  return {};
}

/** Reads lines again after a fix, as the collectors read the file. */
export function readConfigLines(path: string, lines: readonly string[]): Record<string, unknown> | undefined {
  const parsed = parseConfig(lines.join('\n'), path.endsWith('.json') ? 'json' : 'yaml');
  return parsed === undefined ? undefined : flatten(parsed).values;
}

interface ConfigFile {
  readonly subject: string;
  readonly path: string;
  readonly form: ConfigForm;
  readonly origin?: EvidenceOrigin;
  /** A setting names the file: that it is not there is then a fault, not an absence. */
  readonly isNamed?: boolean;
}

/** A configuration file as evidence, with its lines where they hold no secret: fixes are made from them. */
export function configEvidence(tree: FileTree, file: ConfigFile): ExampleEvidence {
  const { subject, path, form, origin = 'file', isNamed = false } = file;
  const base = { collector: 'config', subject, path, origin } as const;
  const read = readConfigText(tree, path);
  if (read.state === 'absent')
    return isNamed ? { ...base, state: 'unreadable', reason: 'vanished' } : { ...base, state: 'absent' };
  if (read.state === 'unreadable') return { ...base, state: 'unreadable', reason: read.fault };
  const parsed = parseConfig(read.text, form);
  if (parsed === undefined)
    return { ...base, state: 'unreadable', reason: isCut(read.text, form) ? 'truncated' : 'malformed' };
  const { values, hasSecrets } = flatten(parsed);
  const lines = read.text.replace(/\n$/, '').split('\n');
  // Comments, and what is behind the first document, are in no value: the lines themselves are looked at too.
  const isShown =
    !hasSecrets &&
    form !== 'toml' &&
    lines.length <= LINES_MAX &&
    lines.every((line) => line.length < 8000 && !mayHoldSecret(line));
  const value: EvidenceValue = isShown ? { ...values, '#lines': lines, '#first-line': 1 } : values;
  return { ...base, state: 'known', value };
}

/** A text that ends inside of something that was opened. */
function isCut(text: string, form: ConfigForm): boolean {
  const count = (character: string): number => text.split(character).length - 1;
  return form === 'json' ? count('{') > count('}') : text !== '' && !text.endsWith('\n');
}
