// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FUNCTION, move, readCodes, run } from './deflate-blocks.ts';
import {
  ANSWER,
  FAULT_WORDS,
  GLOBAL,
  INPUT,
  INPUT_BYTES,
  MEMORY_PAGES,
  OUTPUT,
  OUTPUT_END,
  PADDING_BYTES,
  WINDOW_BYTES,
  writeConstants,
} from './deflate-layout.ts';
import { decodeSymbols } from './deflate-symbols.ts';
import { buildTable } from './deflate-table.ts';
import { compileWasm, type WasmProgram, wasmModule } from './wasm-code.ts';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (inputEnd: number, outputEnd: number, isEnded: number) => number;
  readonly move: (input: number, output: number, oldest: number) => void;
  readonly input: { value: number };
  readonly output: { value: number };
  readonly state: { value: number };
  readonly isLast: { value: number };
  readonly bits: { value: bigint };
  readonly bitCount: { value: bigint };
}

const compile = (): WasmProgram =>
  compileWasm(
    wasmModule({
      functions: [buildTable, readCodes, decodeSymbols, run, move],
      globals: Object.values(GLOBAL),
      memoryPages: MEMORY_PAGES,
      exportedFunctions: { run: FUNCTION.run, move: FUNCTION.move },
      exportedGlobals: Object.fromEntries(Object.keys(GLOBAL).map((name, index) => [name, index])),
    }),
  );

let compiled: WasmProgram | undefined;

/** Why a stream cannot be inflated, in the words of zlib. */
export class DeflateFault extends Error {
  override readonly name = 'DeflateFault';
}

/**
 * Inflates raw deflate streams (RFC 1951), one after another, in memory of its own: three quarters of a megabyte. It
 * takes and refuses the same streams as zlib and, made for this one use, takes a quarter to a third less CPU. No sum is checked.
 */
export class Inflater {
  readonly #exports: Exports;
  readonly #memory: Buffer;
  #inputEnd = INPUT;
  #takenTo = OUTPUT;
  #isEnded = false;

  constructor() {
    compiled ??= compile();
    this.#exports = compiled.start() as unknown as Exports;
    this.#memory = Buffer.from(this.#exports.memory.buffer);
    writeConstants(this.#memory);
    this.begin();
  }

  /** Forgets the stream before. */
  begin(): void {
    const { bits, bitCount, state, isLast } = this.#exports;
    bits.value = 0n;
    bitCount.value = 0n;
    state.value = 0;
    isLast.value = 0;
    this.#exports.move(INPUT, OUTPUT, OUTPUT);
    this.#inputEnd = INPUT;
    this.#takenTo = OUTPUT;
    this.#isEnded = false;
  }

  /** Input that was given and not used. */
  get unusedBytes(): number {
    return this.#inputEnd - this.#exports.input.value;
  }

  /** Takes input, at most as much as there is room for; says how much. There is room once `step` asked for input. */
  give(bytes: Buffer): number {
    const unusedBytes = this.unusedBytes;
    if (unusedBytes < this.#inputEnd - INPUT) {
      this.#memory.copyWithin(INPUT, this.#exports.input.value, this.#inputEnd);
      this.#exports.input.value = INPUT;
      this.#inputEnd = INPUT + unusedBytes;
    }
    const taken = bytes.copy(this.#memory, this.#inputEnd, 0, INPUT_BYTES - unusedBytes);
    this.#inputEnd += taken;
    return taken;
  }

  /** Says that no input follows. */
  end(): void {
    this.#isEnded = true;
    this.#memory.fill(0, this.#inputEnd, this.#inputEnd + PADDING_BYTES);
  }

  /** Goes on as far as it can. Throws DeflateFault. */
  step(): 'needs-input' | 'is-full' | 'is-done' {
    const answer = this.#exports.run(this.#inputEnd, OUTPUT_END, this.#isEnded ? 1 : 0);
    if (answer < 0) throw new DeflateFault(FAULT_WORDS[-1 - answer]);
    if (answer === ANSWER.isDone) return 'is-done';
    return answer === ANSWER.isFull ? 'is-full' : 'needs-input';
  }

  /** What was written since, a view that holds until the next step; makes room where it was full. */
  take(): Buffer {
    const { input, output, move: moveTo } = this.#exports;
    const end = output.value;
    const piece = this.#memory.subarray(this.#takenTo, end);
    this.#takenTo = end;
    if (end - OUTPUT >= WINDOW_BYTES) {
      // What distances may point at goes before the output.
      this.#memory.copyWithin(OUTPUT - WINDOW_BYTES, end - WINDOW_BYTES, end);
      moveTo(input.value, OUTPUT, OUTPUT - WINDOW_BYTES);
      this.#takenTo = OUTPUT;
    }
    return piece;
  }
}

let idle: Inflater | undefined;

/** An inflater that nobody else uses; one is kept for the next stream. */
export const borrowInflater = (): Inflater => {
  const inflater = idle ?? new Inflater();
  idle = undefined;
  inflater.begin();
  return inflater;
};

export const giveBackInflater = (inflater: Inflater): void => {
  idle = inflater;
};
