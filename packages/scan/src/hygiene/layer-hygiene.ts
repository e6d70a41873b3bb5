// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { type FileSums, SUM_ALGORITHMS } from '../distribution/recorded-files.ts';
import type { LayerConsumer, LayerPass } from '../image/layer-consumer.ts';
import { asNumber, asObject } from '../json/fields.ts';
import { type HygieneNotes, HygienePass, type HygieneRules } from './layer-pass.ts';

/** Changes when the notes have another form, or the engine notes other things with the same rules. */
const FORM = 'hygiene-1';
const LISTS = ['sums', 'hits', 'known', 'temporary', 'hooks', 'texts', 'problems'] as const;
const SUM_BYTES = [16, 20, 32] as const;

/** What hygiene notes of each layer of an image, in the pass in which everybody looks. */
export class LayerHygiene implements LayerConsumer {
  readonly key: string;
  readonly #rules: HygieneRules;
  readonly #layers = new Map<string, HygieneNotes>();

  constructor(rules: HygieneRules) {
    this.#rules = rules;
    const signatures = rules.signatures.signatures.map(({ signature }) => signature);
    const version = createHash('sha256').update(JSON.stringify(signatures)).digest('hex');
    this.key = [FORM, version, rules.known.version].join(' ');
  }

  begin(): LayerPass {
    return new HygienePass(this.#rules);
  }

  take(layer: string, notes: unknown): boolean {
    const value = asObject(notes);
    if (value === undefined || asNumber(value['files']) === undefined) return false;
    if (!LISTS.every((name) => Array.isArray(value[name]))) return false;
    // Written by us, checksummed, and under a key that holds the form: the shape is known.
    this.#layers.set(layer, notes as HygieneNotes);
    return true;
  }

  /** Notes by layer, oldest first. */
  layers(): ReadonlyMap<string, HygieneNotes> {
    return this.#layers;
  }
}

/** Checksums as notes hold them, in hexadecimal. */
export const unpackSums = (packed: string): FileSums => {
  const bytes = Buffer.from(packed, 'base64');
  let at = 0;
  const [md5 = '', sha1 = '', sha256 = ''] = SUM_ALGORITHMS.map((_name, index) => {
    const from = at;
    at += SUM_BYTES[index] ?? 0;
    return bytes.toString('hex', from, at);
  });
  return { md5, sha1, sha256 };
};
