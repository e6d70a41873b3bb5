// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ANSWER,
  DISTANCE_BITS,
  DISTANCE_TABLE,
  ENTRY_SHIFT,
  FAULT,
  GLOBAL,
  LITERAL_BITS,
  LITERAL_TABLE,
  PHANTOM_BITS,
  REPEATS,
  STRIDES,
} from './deflate-layout.ts';
import {
  block,
  type Code,
  choose,
  i32,
  i64,
  jump,
  jumpIf,
  loop,
  memory,
  swizzle,
  type Values,
  type WasmFunction,
  wasmFunction,
  when,
} from './wasm-code.ts';

// The loop that all time goes into. The bit buffer is an i64 that is filled up by one load of eight bytes; only the
// lowest six bits of `bitCount` are meant, so that an entry is taken from it, and the buffer shifted by it, as it is.
// At least 53 bits are there after filling up: three literals that one look-up finds (33) and the next look-up, or two
// of them and a length (42) and the look-up of its distance; then, filled up again, a distance (28) and a look-up.

type Name =
  | 'inputLimit'
  | 'outputLimit'
  | 'input'
  | 'output'
  | 'oldest'
  | 'from'
  | 'distance'
  | 'end'
  | 'answer'
  | 'bits'
  | 'bitCount'
  | 'entry'
  | 'before'
  | 'pattern';

const fillUp = ({ get, set }: Values<Name>): Code => [
  set.bits(i64.or(get.bits, i64.shl(memory.load64(get.input), get.bitCount))),
  set.input(
    i32.sub(i32.add(get.input, i32.of(7)), i32.and(i32.shr(i32.ofLow(get.bitCount), i32.of(3)), i32.of(7))),
  ),
  set.bitCount(i64.or(get.bitCount, i64.of(56))),
];

const lookUp = ({ get, set }: Values<Name>, table: number, bits: number): Code =>
  set.entry(memory.load64(i32.and(i32.ofLow(get.bits), i32.of((2 ** bits - 1) * 2 ** ENTRY_SHIFT)), table));

const lookUpSymbol = (values: Values<Name>): Code => lookUp(values, LITERAL_TABLE, LITERAL_BITS);

const take = ({ get, set }: Values<Name>): Code => [
  set.before(get.bits),
  set.bits(i64.shr(get.bits, get.entry)),
  set.bitCount(i64.sub(get.bitCount, get.entry)),
];

const base = (entry: Code): Code => i32.shr(i32.ofLow(entry), i32.of(16));

/** Smallest value of a length or distance, and its extra bits. */
const spelled = ({ get }: Values<Name>): Code =>
  i32.add(
    base(get.entry),
    i32.ofLow(i64.and(i64.shr(get.before, i64.shr(get.entry, i64.of(8))), i64.shr(get.entry, i64.of(32)))),
  );

const isLiteral = ({ get }: Values<Name>): Code => i64.isLessSigned(get.entry, i64.of(0));
const isOdd = ({ get }: Values<Name>): Code => i32.isLessSigned(i32.ofLow(get.entry), i32.of(0));
const flag = ({ get }: Values<Name>, bit: number): Code =>
  i32.and(i32.ofLow(i64.shr(get.entry, i64.of(bit))), i32.of(1));

const putLiteral = ({ get, set }: Values<Name>): Code => [
  memory.store8Of64(get.output, i64.shr(get.entry, i64.of(16))),
  set.output(i32.add(get.output, i32.of(1))),
];

/** The entry of a further table, by the bits behind those that led to it. */
const lookFurther = (values: Values<Name>, table: number): Code => {
  const { get, set } = values;
  const width = i32.and(i32.ofLow(i64.shr(get.entry, i64.of(8))), i32.of(63));
  const bits = i32.and(
    i32.shr(i32.ofLow(get.bits), i32.of(PHANTOM_BITS)),
    i32.sub(i32.shl(i32.of(1), width), i32.of(1)),
  );
  const start = i32.and(base(get.entry), i32.of(0x7fff));
  return [set.entry(memory.load64(i32.shl(i32.add(start, bits), i32.of(ENTRY_SHIFT)), table)), take(values)];
};

/** Leaves with the end of the block, or where bits are no code; `out` levels up from where it stands. */
const leaveAtEnd = (values: Values<Name>, out: number): Code =>
  when(flag(values, 62), [
    values.set.answer(choose(flag(values, 60), i32.of(FAULT.literalCode), i32.of(ANSWER.isDone))),
    jump(out + 1),
  ]);

/** Up to three literals; with the third the loop, `again` levels up, begins anew. */
const literals = (values: Values<Name>, again: number): Code => {
  const one = [putLiteral(values), lookUpSymbol(values)];
  return when(isLiteral(values), [
    one,
    take(values),
    when(isLiteral(values), [
      one,
      take(values),
      when(isLiteral(values), [one, fillUp(values), jump(again + 3)]),
    ]),
  ]);
};

/** A match of at least 16 bytes' distance: two steps for nearly all, which is cheaper than to ask. */
const copyFar = (values: Values<Name>, again: number): Code => {
  const { get, set, tee } = values;
  return [
    memory.store128(get.output, memory.load128(get.from)),
    memory.store128(get.output, memory.load128(get.from, 16), 16),
    set.output(i32.add(get.output, i32.of(32))),
    when(i32.isMore(get.end, get.output), [
      set.from(i32.add(get.from, i32.of(32))),
      loop(
        memory.store128(get.output, memory.load128(get.from)),
        set.from(i32.add(get.from, i32.of(16))),
        jumpIf(0, i32.isLess(tee.output(i32.add(get.output, i32.of(16))), get.end)),
      ),
    ]),
    set.output(get.end),
    jump(again),
  ];
};

/** A match that reaches into itself: its distance is the period of what is written. */
const copyNear = ({ get, set, tee }: Values<Name>): Code => [
  set.pattern(swizzle(memory.load128(get.from), memory.load128(i32.shl(get.distance, i32.of(4)), REPEATS))),
  set.distance(memory.load8(get.distance, STRIDES)),
  loop(
    memory.store128(get.output, get.pattern),
    jumpIf(0, i32.isLess(tee.output(i32.add(get.output, get.distance)), get.end)),
  ),
  set.output(get.end),
];

/** What follows a length: its distance, and the copy. Stands in the loop itself, the way out two levels up. */
const match = (values: Values<Name>): Code => {
  const { get, set } = values;
  const badDistance = [set.answer(i32.of(FAULT.distanceCode)), jump(4)];
  return [
    set.end(i32.add(get.output, spelled(values))),
    lookUp(values, DISTANCE_TABLE, DISTANCE_BITS),
    fillUp(values),
    take(values),
    when(isOdd(values), [
      when(flag(values, 62), badDistance),
      lookFurther(values, DISTANCE_TABLE),
      when(flag(values, 62), badDistance),
    ]),
    set.distance(spelled(values)),
    lookUpSymbol(values),
    fillUp(values),
    set.from(i32.sub(get.output, get.distance)),
    when(i32.isLessSigned(get.from, get.oldest), [set.answer(i32.of(FAULT.tooFar)), jump(3)]),
    when(i32.isAtLeast(get.distance, i32.of(16)), copyFar(values, 1)),
    copyNear(values),
    jump(0),
  ];
};

/** Literals and matches, until the block ends or one of the streams comes near its limit. */
const symbols = (values: Values<Name>): Code => {
  const { get, set } = values;
  return [
    block(
      block(
        jumpIf(0, i32.isMoreSigned(get.input, get.inputLimit)),
        fillUp(values),
        lookUpSymbol(values),
        loop(
          when(i32.isMore(get.output, get.outputLimit), [set.answer(i32.of(ANSWER.isFull)), jump(3)]),
          jumpIf(1, i32.isMoreSigned(get.input, get.inputLimit)),
          take(values),
          literals(values, 0),
          when(isOdd(values), [
            leaveAtEnd(values, 3),
            lookFurther(values, LITERAL_TABLE),
            when(isLiteral(values), [putLiteral(values), lookUpSymbol(values), fillUp(values), jump(2)]),
            leaveAtEnd(values, 3),
          ]),
          match(values),
        ),
      ),
      set.answer(i32.of(ANSWER.needsInput)),
    ),
  ];
};

/** Answers as `run` does, but that the block is done. Needs 40 bytes behind the limit of the input, 320 of the output. */
export const decodeSymbols: WasmFunction = wasmFunction<Name>(
  {
    params: ['inputLimit', 'outputLimit'],
    hasResult: true,
    i32: ['input', 'output', 'oldest', 'from', 'distance', 'end', 'answer'],
    i64: ['bits', 'bitCount', 'entry', 'before'],
    v128: ['pattern'],
  },
  (values) => {
    const { get, set } = values;
    return [
      set.bits(i64.shl(GLOBAL.bits.get, i64.of(PHANTOM_BITS))),
      set.bitCount(i64.add(GLOBAL.bitCount.get, i64.of(PHANTOM_BITS))),
      set.input(GLOBAL.input.get),
      set.output(GLOBAL.output.get),
      set.oldest(GLOBAL.oldest.get),
      symbols(values),
      GLOBAL.bits.set(i64.shr(get.bits, i64.of(PHANTOM_BITS))),
      GLOBAL.bitCount.set(i64.sub(get.bitCount, i64.of(PHANTOM_BITS))),
      GLOBAL.input.set(get.input),
      GLOBAL.output.set(get.output),
      get.answer,
    ];
  },
);
