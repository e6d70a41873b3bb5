// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ANSWER,
  DISTANCE_BITS,
  DISTANCE_SYMBOLS,
  DISTANCE_TABLE,
  ENTRY_SHIFT,
  FAULT,
  GLOBAL,
  HEADER_BYTES,
  LENGTHS,
  LENGTHS_BITS,
  LENGTHS_ORDER,
  LENGTHS_SYMBOLS,
  LENGTHS_TABLE,
  LITERAL_BITS,
  LITERAL_SYMBOLS,
  LITERAL_TABLE,
  STATE,
} from './deflate-layout.ts';
import {
  answer,
  block,
  type Code,
  call,
  choose,
  drop,
  i32,
  i64,
  jump,
  jumpIf,
  loop,
  memory,
  type Values,
  type WasmFunction,
  wasmFunction,
  when,
} from './wasm-code.ts';

/** Places of the functions in the module. */
export const FUNCTION = { build: 0, readCodes: 1, decode: 2, run: 3, move: 4 };

const { bits, bitCount, input, output, state, storedBytes, isLast } = GLOBAL;
const low = i32.ofLow(bits.get);

/** At least 56 bits are there afterwards; only the lowest six bits of the count are meant. */
const fillUp: Code = [
  bits.set(i64.or(bits.get, i64.shl(memory.load64(input.get), bitCount.get))),
  input.set(
    i32.add(input.get, i32.sub(i32.of(7), i32.and(i32.shr(i32.ofLow(bitCount.get), i32.of(3)), i32.of(7)))),
  ),
  bitCount.set(i64.or(bitCount.get, i64.of(56))),
];

const drop64 = (count: Code): Code => [
  bits.set(i64.shr(bits.get, count)),
  bitCount.set(i64.sub(bitCount.get, count)),
];
const dropBits = (count: number): Code => drop64(i64.of(count));
const firstBits = (count: number): Code => i32.and(low, i32.of(2 ** count - 1));

/** Gives back whole bytes that were read ahead: the input then stands behind what was used. */
const settle: Code = [
  bitCount.set(i64.and(bitCount.get, i64.of(63))),
  input.set(i32.sub(input.get, i32.shr(i32.ofLow(bitCount.get), i32.of(3)))),
  bitCount.set(i64.and(bitCount.get, i64.of(7))),
  bits.set(i64.and(bits.get, i64.sub(i64.shl(i64.of(1), bitCount.get), i64.of(1)))),
];

const build = (
  table: number,
  tableBits: number,
  given: { lengths: Code; count: Code; symbols: number; mayBeLone: number },
): Code =>
  call(
    FUNCTION.build,
    given.lengths,
    given.count,
    i32.of(table),
    i32.of(tableBits),
    i32.of(given.symbols),
    i32.of(given.mayBeLone),
  );

const buildLiterals = (count: Code): Code =>
  build(LITERAL_TABLE, LITERAL_BITS, {
    lengths: i32.of(LENGTHS),
    count,
    symbols: LITERAL_SYMBOLS,
    mayBeLone: 1,
  });

const buildDistances = (lengths: Code, count: Code): Code =>
  build(DISTANCE_TABLE, DISTANCE_BITS, { lengths, count, symbols: DISTANCE_SYMBOLS, mayBeLone: 1 });

type CodesName = 'literals' | 'distances' | 'codes' | 'at' | 'count' | 'symbol' | 'repeats' | 'value';

const next = (value: Code): Code => i32.add(value, i32.of(1));

/** The code that the lengths of codes are written in. */
const readLengthsCode = ({ get, set, tee }: Values<CodesName>): Code => [
  memory.fill(i32.of(LENGTHS), i32.of(0), i32.of(32)),
  set.at(i32.of(0)),
  loop(
    fillUp,
    memory.store8(memory.load8(get.at, LENGTHS_ORDER), firstBits(3), LENGTHS),
    dropBits(3),
    jumpIf(0, i32.isLess(tee.at(next(get.at)), get.codes)),
  ),
  when(
    build(LENGTHS_TABLE, LENGTHS_BITS, {
      lengths: i32.of(LENGTHS),
      count: i32.of(19),
      symbols: LENGTHS_SYMBOLS,
      mayBeLone: 0,
    }),
    answer(i32.of(FAULT.lengths)),
  ),
];

/** Symbols 16 to 18: the length before, or zero, again. */
const readRepeat = ({ get, set }: Values<CodesName>): Code => {
  const repeats = (least: number, extraBits: number): Code => [
    set.repeats(i32.add(firstBits(extraBits), i32.of(least))),
    dropBits(extraBits),
  ];
  return [
    set.value(i32.of(0)),
    when(
      i32.isSame(get.symbol, i32.of(16)),
      [
        when(i32.isZero(get.at), answer(i32.of(FAULT.repeat))),
        set.value(memory.load8(get.at, LENGTHS - 1)),
        repeats(3, 2),
      ],
      when(i32.isSame(get.symbol, i32.of(17)), repeats(3, 3), repeats(11, 7)),
    ),
    when(i32.isMore(i32.add(get.at, get.repeats), get.count), answer(i32.of(FAULT.repeat))),
    memory.fill(i32.add(get.at, i32.of(LENGTHS)), get.value, get.repeats),
    set.at(i32.add(get.at, get.repeats)),
  ];
};

const readLengths = (values: Values<CodesName>): Code => {
  const { get, set } = values;
  return [
    set.count(i32.add(get.literals, get.distances)),
    set.at(i32.of(0)),
    loop(
      fillUp,
      set.symbol(
        i32.ofLow(memory.load64(i32.shl(firstBits(LENGTHS_BITS), i32.of(ENTRY_SHIFT)), LENGTHS_TABLE)),
      ),
      drop64(i64.ofI32(i32.and(get.symbol, i32.of(0xff)))),
      // Where there is no code at all, zlib reads zeros of one bit.
      set.symbol(i32.and(i32.shr(get.symbol, i32.of(16)), i32.of(0xff))),
      when(
        i32.isLess(get.symbol, i32.of(16)),
        [memory.store8(get.at, get.symbol, LENGTHS), set.at(next(get.at))],
        readRepeat(values),
      ),
      jumpIf(0, i32.isLess(get.at, get.count)),
    ),
  ];
};

/** The codes of a block that brings its own (RFC 1951, 3.2.7): 0 or a fault. */
export const readCodes: WasmFunction = wasmFunction<CodesName>(
  {
    params: [],
    hasResult: true,
    i32: ['literals', 'distances', 'codes', 'at', 'count', 'symbol', 'repeats', 'value'],
  },
  (values) => {
    const { get, set } = values;
    return [
      fillUp,
      [set.literals(i32.add(firstBits(5), i32.of(257))), dropBits(5)],
      [set.distances(i32.add(firstBits(5), i32.of(1))), dropBits(5)],
      [set.codes(i32.add(firstBits(4), i32.of(4))), dropBits(4)],
      when(
        i32.or(i32.isMore(get.literals, i32.of(286)), i32.isMore(get.distances, i32.of(30))),
        answer(i32.of(FAULT.counts)),
      ),
      readLengthsCode(values),
      readLengths(values),
      when(i32.isZero(memory.load8(i32.of(LENGTHS), 256)), answer(i32.of(FAULT.noEnd))),
      when(buildLiterals(get.literals), answer(i32.of(FAULT.literals))),
      when(
        buildDistances(i32.add(i32.of(LENGTHS), get.literals), get.distances),
        answer(i32.of(FAULT.distances)),
      ),
      i32.of(0),
    ];
  },
);

/** The codes that need no telling (RFC 1951, 3.2.6): how many symbols in a row have which length. */
const fixedCodes: Code = [
  [
    [0, 144, 8],
    [144, 112, 9],
    [256, 24, 7],
    [280, 8, 8],
    [288, 32, 5],
  ].map(([from = 0, count = 0, length = 0]) =>
    memory.fill(i32.of(LENGTHS + from), i32.of(length), i32.of(count)),
  ),
  drop(buildLiterals(i32.of(288))),
  drop(buildDistances(i32.of(LENGTHS + 288), i32.of(32))),
];

type RunName = 'inputEnd' | 'outputEnd' | 'isEnded' | 'answer' | 'count' | 'inputLimit';

const ifTruncated = ({ get }: Values<RunName>): Code =>
  when(i32.isMore(input.get, get.inputEnd), answer(i32.of(FAULT.truncated)));

/** Length of a stored block, and its complement. */
const beginStored = ({ set }: Values<RunName>): Code => [
  drop64(i64.and(bitCount.get, i64.of(7))),
  storedBytes.set(firstBits(16)),
  when(
    i32.isOther(storedBytes.get, i32.xor(i32.and(i32.shr(low, i32.of(16)), i32.of(0xffff)), i32.of(0xffff))),
    set.answer(i32.of(FAULT.stored)),
  ),
  dropBits(32),
  state.set(i32.of(STATE.stored)),
];

const readHeader = (values: Values<RunName>): Code => {
  const { get, set } = values;
  return [
    when(isLast.get, answer(i32.of(ANSWER.isDone))),
    when(
      i32.isZero(get.isEnded),
      when(
        i32.isLess(get.inputEnd, i32.add(input.get, i32.of(HEADER_BYTES))),
        answer(i32.of(ANSWER.needsInput)),
      ),
    ),
    fillUp,
    [isLast.set(firstBits(1)), dropBits(1)],
    [set.count(firstBits(2)), dropBits(2)],
    set.answer(i32.of(0)),
    state.set(i32.of(STATE.codes)),
    when(
      i32.isZero(get.count),
      beginStored(values),
      when(
        i32.isSame(get.count, i32.of(1)),
        fixedCodes,
        when(
          i32.isSame(get.count, i32.of(2)),
          set.answer(call(FUNCTION.readCodes)),
          set.answer(i32.of(FAULT.blockType)),
        ),
      ),
    ),
    settle,
    // What was read of the zeros behind the end may look wrong in any way.
    ifTruncated(values),
    when(get.answer, answer(get.answer)),
  ];
};

const copyStored = ({ get, set }: Values<RunName>): Code => {
  const atMost = (most: Code): Code => when(i32.isMore(get.count, most), set.count(most));
  return [
    block(
      loop(
        jumpIf(1, i32.isZero(storedBytes.get)),
        set.count(storedBytes.get),
        atMost(i32.sub(get.inputEnd, input.get)),
        when(
          i32.isZero(get.count),
          answer(choose(get.isEnded, i32.of(FAULT.truncated), i32.of(ANSWER.needsInput))),
        ),
        atMost(i32.sub(get.outputEnd, output.get)),
        when(i32.isZero(get.count), answer(i32.of(ANSWER.isFull))),
        memory.copy(output.get, input.get, get.count),
        input.set(i32.add(input.get, get.count)),
        output.set(i32.add(output.get, get.count)),
        storedBytes.set(i32.sub(storedBytes.get, get.count)),
        jump(0),
      ),
    ),
    state.set(i32.of(STATE.header)),
  ];
};

const decode = (values: Values<RunName>): Code => {
  const { get, set } = values;
  return [
    set.answer(call(FUNCTION.decode, get.inputLimit, i32.sub(get.outputEnd, i32.of(320)))),
    settle,
    ifTruncated(values),
    when(
      i32.isOther(get.answer, i32.of(ANSWER.isDone)),
      answer(
        choose(
          i32.and(get.isEnded, i32.isSame(get.answer, i32.of(ANSWER.needsInput))),
          i32.of(FAULT.truncated),
          get.answer,
        ),
      ),
    ),
    state.set(i32.of(STATE.header)),
  ];
};

/**
 * Goes on until the input is used up, the output full, the stream done or wrong. Where more input may come, enough of
 * it is held back that nothing has to be asked for in the middle of a symbol or header; at its end zeros follow it.
 */
export const run: WasmFunction = wasmFunction<RunName>(
  {
    params: ['inputEnd', 'outputEnd', 'isEnded'],
    hasResult: true,
    i32: ['answer', 'count', 'inputLimit'],
  },
  (values) => {
    const { get, set } = values;
    return [
      set.inputLimit(
        choose(get.isEnded, i32.add(get.inputEnd, i32.of(16)), i32.sub(get.inputEnd, i32.of(40))),
      ),
      loop(
        when(i32.isZero(state.get), readHeader(values)),
        when(i32.isSame(state.get, i32.of(STATE.stored)), [copyStored(values), jump(1)]),
        decode(values),
        jump(0),
      ),
      i32.of(0),
    ];
  },
);

/** Sets where to read and write on, and what distances may point at. */
export const move: WasmFunction = wasmFunction<'input' | 'output' | 'oldest'>(
  { params: ['input', 'output', 'oldest'], hasResult: false },
  ({ get }) => [input.set(get.input), output.set(get.output), GLOBAL.oldest.set(get.oldest)],
);
