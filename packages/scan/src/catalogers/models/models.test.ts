// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { modelsCataloger } from './models.ts';

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value)]);
const gguf = (...pairs: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(pairs.length), ...pairs]);
const pair = (key: string, value: string): Buffer => Buffer.concat([text(key), u32(8), text(value)]);
const safetensors = (header: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(header));
  return Buffer.concat([u64(json.length), json, Buffer.alloc(100)]);
};

const FILES = {
  '/models/a.gguf': gguf(
    pair('general.architecture', 'llama'),
    Buffer.concat([text('llama.block_count'), u32(4), u32(32)]),
    pair('general.name', 'Tiny Llama'),
    pair('general.version', '1.1'),
  ),
  '/models/b.safetensors': safetensors({ __metadata__: { format: 'pt' }, w: { dtype: 'F32' } }),
};

describe('the models cataloger', () => {
  it('lists models by what their header says', () => {
    const { packages } = runCataloger(modelsCataloger, treeOf(FILES));
    expect(names(packages)).toEqual(['Tiny Llama 1.1', 'b unversioned']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:generic/model/Tiny%20Llama@1.1',
      'pkg:generic/model/b@unversioned',
    ]);
  });

  it('is not led astray by lengths that lie', () => {
    const files = {
      '/a.gguf': Buffer.concat([
        Buffer.from('GGUF'),
        u32(3),
        u64(0),
        u64(2 ** 40),
        u64(2 ** 50),
        Buffer.alloc(50),
      ]),
      '/b.safetensors': Buffer.concat([u64(2 ** 50), Buffer.from('{}')]),
    };
    expect(runCataloger(modelsCataloger, treeOf(files)).packages).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(modelsCataloger, FILES));
});
