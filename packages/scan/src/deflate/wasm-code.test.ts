// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, compileWasm, I64, i32, i64, wasmFunction, wasmGlobal, wasmModule } from './wasm-code.ts';

const kept = wasmGlobal(0, I64);

const instanceOf = (word: number, long: bigint): Readonly<Record<string, unknown>> => {
  const add = wasmFunction<'left' | 'right'>({ params: ['left', 'right'], hasResult: true }, ({ get }) =>
    i32.add(i32.add(get.left, get.right), i32.of(word)),
  );
  const keep = wasmFunction<never>({ params: [], hasResult: true }, () => [
    kept.set(i64.of(long)),
    answer(i32.of(1)),
  ]);
  const bytes = wasmModule({
    functions: [add, keep],
    globals: [kept],
    memoryPages: 300,
    exportedFunctions: { add: 0, keep: 1 },
    exportedGlobals: { kept: 0 },
  });
  return compileWasm(bytes).start();
};

describe('wasmModule', () => {
  it('writes numbers of any size as they are', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(word, word, long, (constant, given, kept64) => {
        const exports = instanceOf(constant, kept64) as {
          add: (left: number, right: number) => number;
          keep: () => number;
          kept: { value: bigint };
        };
        expect(exports.add(given, 1)).toBe((constant + given + 1) | 0);
        expect(exports.keep()).toBe(1);
        expect(exports.kept.value).toBe(kept64);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('has memory of the stated size', () => {
    expect((instanceOf(0, 0n)['memory'] as { buffer: ArrayBuffer }).buffer.byteLength).toBe(300 * 65_536);
  });
});
