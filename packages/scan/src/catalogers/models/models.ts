// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText, parseJson } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { modelsCapabilities } from './capabilities.ts';

const HEAD_BYTES = 1024 * 1024;
const MAX_KEYS = 2_000;
/** Sizes of the value types of GGUF 3; strings (8) and arrays (9) have their own. */
const SCALAR_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;

/** Reads the key-value list of a GGUF head as far as it goes: the list of a vocabulary may be longer than all we look at. */
const readGguf = (head: Buffer): Map<string, string> => {
  const values = new Map<string, string>();
  if (head.length < 24 || head.toString('latin1', 0, 4) !== 'GGUF') return values;
  const count = Math.min(Number(head.readBigUInt64LE(16)), MAX_KEYS);
  let at = 24;
  const text = (): string | undefined => {
    if (at + 8 > head.length) return undefined;
    const length = Number(head.readBigUInt64LE(at));
    if (at + 8 + length > head.length) return undefined;
    const value = head.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
    return value;
  };
  for (let read = 0; read < count; read += 1) {
    const key = text();
    if (key === undefined || at + 4 > head.length) return values;
    const type = head.readUInt32LE(at);
    at += 4;
    const scalar = SCALAR_BYTES[type];
    if (type === STRING) {
      const value = text();
      if (value === undefined) return values;
      values.set(key, value);
    } else if (scalar !== undefined) at += scalar;
    else return values;
  }
  return values;
};

/** safetensors: the length of a JSON header, then the header; `__metadata__` is a map of texts. */
const readSafetensors = (head: Buffer): Map<string, string> => {
  const length = head.length < 8 ? 0 : Number(head.readBigUInt64LE(0));
  if (length === 0 || length > head.length - 8) return new Map();
  const metadata = asObject(asObject(parseJson(head.toString('utf8', 8, 8 + length)))?.['__metadata__']);
  return new Map(
    Object.entries(metadata ?? {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) return [];
  const head = opened.value.readAt(0, HEAD_BYTES);
  opened.value.close();
  const values = file.name.endsWith('.gguf') ? readGguf(head) : readSafetensors(head);
  if (values.size === 0) return [];
  const stem = file.name.replace(/\.[a-z]+$/, '');
  return foundPackages([
    {
      type: 'model',
      name:
        asText(values.get('general.name') ?? values.get('general.basename') ?? values.get('name')) ?? stem,
      version: asText(values.get('general.version') ?? values.get('version')) ?? 'unversioned',
      location: file.path,
      purl: { type: 'generic', namespace: 'model' },
    },
  ]);
};

/** Models for machine learning: an inventory. */
export const modelsCataloger: Cataloger = {
  id: 'models',
  types: ['model'],
  capabilities: modelsCapabilities,
  headBytes: HEAD_BYTES,
  wants: (file) => file.name.endsWith('.gguf') || file.name.endsWith('.safetensors'),
  inspect,
};
