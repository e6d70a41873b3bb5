// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { COUNTS, ENTRY_SHIFT, IS_POINTER, NEXT, NO_CODE, SORTED } from './deflate-layout.ts';
import {
  answer,
  block,
  type Code,
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

type Name =
  | 'lengths'
  | 'count'
  | 'table'
  | 'tableBits'
  | 'symbols'
  | 'mayBeLone'
  | 'at'
  | 'length'
  | 'longest'
  | 'free'
  | 'left'
  | 'code'
  | 'sorted'
  | 'size'
  | 'end'
  | 'start'
  | 'width'
  | 'prefix'
  | 'held'
  | 'entry';

const MAX_LENGTH = 15;
const entryAddress = (table: Code, index: Code): Code => i32.add(table, i32.shl(index, i32.of(ENTRY_SHIFT)));
const times4 = (value: Code): Code => i32.shl(value, i32.of(2));
const next = (value: Code): Code => i32.add(value, i32.of(1));
const power = (bits: Code): Code => i32.shl(i32.of(1), bits);

/** How many codes have each length. */
const countLengths = ({ get, set, tee }: Values<Name>): Code => [
  memory.fill(i32.of(COUNTS), i32.of(0), i32.of(64)),
  set.at(i32.of(0)),
  loop(
    set.held(times4(memory.load8(i32.add(get.lengths, get.at)))),
    memory.store32(get.held, next(memory.load32(get.held, COUNTS)), COUNTS),
    jumpIf(0, i32.isLess(tee.at(next(get.at)), get.count)),
  ),
];

/** Where the symbols of each length start among the sorted ones; refuses more codes than there can be. */
const startLengths = ({ get, set, tee }: Values<Name>): Code => [
  set.free(i32.of(1)),
  set.length(i32.of(1)),
  loop(
    set.left(memory.load32(times4(get.length), COUNTS)),
    set.free(i32.sub(i32.shl(get.free, i32.of(1)), get.left)),
    when(i32.isLessSigned(get.free, i32.of(0)), answer(i32.of(1))),
    when(get.left, set.longest(get.length)),
    memory.store32(times4(get.length), get.start, NEXT),
    set.start(i32.add(get.start, get.left)),
    jumpIf(0, i32.isAtMost(tee.length(next(get.length)), i32.of(MAX_LENGTH))),
  ),
];

/** Fewer codes than there can be: zlib takes none at all, and a lone one of one bit. */
const incomplete = ({ get, set, tee }: Values<Name>): Code =>
  when(get.free, [
    when(
      get.longest,
      when(i32.or(i32.isZero(get.mayBeLone), i32.isOther(get.longest, i32.of(1))), answer(i32.of(1))),
    ),
    set.at(i32.of(0)),
    loop(
      memory.store64(entryAddress(get.table, get.at), i64.of(NO_CODE | 1n)),
      jumpIf(0, i32.isLess(tee.at(next(get.at)), power(get.tableBits))),
    ),
    when(get.longest, [
      set.at(i32.of(0)),
      block(loop(jumpIf(1, memory.load8(i32.add(get.lengths, get.at))), set.at(next(get.at)), jump(0))),
      set.entry(i64.add(memory.load64(entryAddress(get.symbols, get.at)), i64.of(0x101))),
      set.at(i32.of(0)),
      loop(
        memory.store64(entryAddress(get.table, get.at), get.entry),
        jumpIf(0, i32.isLess(tee.at(i32.add(get.at, i32.of(2))), power(get.tableBits))),
      ),
    ]),
    answer(i32.of(0)),
  ]);

const sortSymbols = ({ get, set, tee }: Values<Name>): Code => [
  set.at(i32.of(0)),
  loop(
    set.length(times4(memory.load8(i32.add(get.lengths, get.at)))),
    when(get.length, [
      set.held(memory.load32(get.length, NEXT)),
      memory.store32(get.length, next(get.held), NEXT),
      memory.store16(i32.shl(get.held, i32.of(1)), get.at, SORTED),
    ]),
    jumpIf(0, i32.isLess(tee.at(next(get.at)), get.count)),
  ),
];

/** The entry of the next sorted symbol, whose code, in this table, has so many bits. */
const takeEntry = ({ get, set }: Values<Name>, bits: Code): Code => [
  set.entry(
    i64.add(
      memory.load64(entryAddress(get.symbols, memory.load16(get.sorted))),
      i64.ofI32(i32.add(i32.shl(bits, i32.of(8)), bits)),
    ),
  ),
  set.sorted(i32.add(get.sorted, i32.of(2))),
];

/**
 * The next code of `size` = 2^length, bits reversed: the highest zero becomes one, the ones above it zeros. Where there
 * is no zero, the code was the last one.
 */
const nextCode = ({ get, set }: Values<Name>, atLast: Code): Code => [
  set.held(i32.xor(get.code, i32.sub(get.size, i32.of(1)))),
  when(i32.isZero(get.held), atLast),
  set.held(power(i32.sub(i32.of(31), i32.leadingZeros(get.held)))),
  set.code(i32.or(i32.and(get.code, i32.sub(get.held, i32.of(1))), get.held)),
];

const double = ({ get, set }: Values<Name>): Code => [
  memory.copy(entryAddress(get.table, get.size), get.table, i32.shl(get.size, i32.of(ENTRY_SHIFT))),
  set.size(i32.shl(get.size, i32.of(1))),
];

/** Codes that one look-up finds: the table is doubled as they grow, so that each is written once. */
const shortCodes = (values: Values<Name>): Code => {
  const { get, set, tee } = values;
  const fill = block(loop(jumpIf(1, i32.isAtLeast(get.size, power(get.tableBits))), double(values), jump(0)));
  return [
    set.sorted(i32.of(SORTED)),
    set.length(i32.of(1)),
    set.size(i32.of(2)),
    loop(
      set.left(memory.load32(times4(get.length), COUNTS)),
      when(
        get.left,
        loop(
          takeEntry(values, get.length),
          memory.store64(entryAddress(get.table, get.code), get.entry),
          nextCode(values, [fill, answer(i32.of(0))]),
          jumpIf(0, tee.left(i32.sub(get.left, i32.of(1)))),
        ),
      ),
      set.length(next(get.length)),
      when(i32.isAtMost(get.length, get.tableBits), [double(values), jump(1)]),
    ),
  ];
};

/** Begins a further table, as wide as the codes need that start with the same bits. */
const beginFurther = ({ get, set }: Values<Name>): Code => [
  set.start(get.end),
  set.width(i32.sub(get.length, get.tableBits)),
  set.held(get.left),
  block(
    loop(
      jumpIf(1, i32.isAtLeast(get.held, power(get.width))),
      set.width(next(get.width)),
      set.held(
        i32.add(
          i32.shl(get.held, i32.of(1)),
          memory.load32(times4(i32.add(get.tableBits, get.width)), COUNTS),
        ),
      ),
      jump(0),
    ),
  ),
  set.end(i32.add(get.start, power(get.width))),
  memory.store64(
    entryAddress(get.table, get.prefix),
    i64.or(
      i64.ofI32(i32.or(i32.or(i32.shl(get.start, i32.of(16)), i32.shl(get.width, i32.of(8))), get.tableBits)),
      i64.of(IS_POINTER),
    ),
  ),
];

/** Codes that are longer than one look-up sees. */
const longCodes = (values: Values<Name>): Code => {
  const { get, set, tee } = values;
  const prefix = i32.and(get.code, i32.sub(power(get.tableBits), i32.of(1)));
  const further = i32.sub(get.length, get.tableBits);
  return [
    set.end(get.size),
    set.prefix(i32.of(-1)),
    set.size(i32.shl(get.size, i32.of(1))),
    loop(
      set.left(memory.load32(times4(get.length), COUNTS)),
      when(
        get.left,
        loop(
          when(i32.isOther(prefix, get.prefix), [set.prefix(prefix), beginFurther(values)]),
          takeEntry(values, further),
          set.at(i32.add(get.start, i32.shr(get.code, get.tableBits))),
          loop(
            memory.store64(entryAddress(get.table, get.at), get.entry),
            jumpIf(0, i32.isLess(tee.at(i32.add(get.at, power(further))), get.end)),
          ),
          nextCode(values, answer(i32.of(0))),
          jumpIf(0, tee.left(i32.sub(get.left, i32.of(1)))),
        ),
      ),
      set.length(next(get.length)),
      set.size(i32.shl(get.size, i32.of(1))),
      jumpIf(0, i32.isAtMost(get.length, i32.of(MAX_LENGTH))),
    ),
  ];
};

/**
 * Makes the table of a canonical code (RFC 1951, 3.2.2) from the lengths of its codes: 0, or 1 where zlib refuses them.
 */
export const buildTable: WasmFunction = wasmFunction<Name>(
  {
    params: ['lengths', 'count', 'table', 'tableBits', 'symbols', 'mayBeLone'],
    hasResult: true,
    i32: [
      'at',
      'length',
      'longest',
      'free',
      'left',
      'code',
      'sorted',
      'size',
      'end',
      'start',
      'width',
      'prefix',
      'held',
    ],
    i64: ['entry'],
  },
  (values) => [
    countLengths(values),
    startLengths(values),
    incomplete(values),
    sortSymbols(values),
    shortCodes(values),
    longCodes(values),
    i32.of(0),
  ],
);
