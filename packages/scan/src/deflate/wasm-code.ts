// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// The few instructions of WebAssembly (core specification 2.0, chapter 5) that our inflater is written in.

/** Bytes of code, nested as the expressions that they are. */
export type Code = number | readonly Code[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

/** A number without sign (LEB128). */
export const unsigned = (value: number): Code => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
};

const signed = (value: bigint): Code => {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    if (rest === ((byte & 64) === 0 ? 0n : -1n)) return [...bytes, byte];
    bytes.push(byte + 128);
  }
};

type Binary = (left: Code, right: Code) => Code;
type Unary = (value: Code) => Code;

const binary =
  (op: number): Binary =>
  (left, right) => [left, right, op];
const unary =
  (op: number): Unary =>
  (value) => [value, op];

export const i32 = {
  of: (value: number): Code => [0x41, signed(BigInt.asIntN(32, BigInt(value)))],
  isZero: unary(0x45),
  isSame: binary(0x46),
  isOther: binary(0x47),
  isLessSigned: binary(0x48),
  isLess: binary(0x49),
  isMoreSigned: binary(0x4a),
  isMore: binary(0x4b),
  isAtMost: binary(0x4d),
  isAtLeast: binary(0x4f),
  leadingZeros: unary(0x67),
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shr: binary(0x76),
  ofLow: unary(0xa7),
};

export const i64 = {
  of: (value: bigint | number): Code => [0x42, signed(BigInt.asIntN(64, BigInt(value)))],
  isLessSigned: binary(0x53),
  add: binary(0x7c),
  sub: binary(0x7d),
  and: binary(0x83),
  or: binary(0x84),
  /** The count is taken modulo 64. */
  shl: binary(0x86),
  shr: binary(0x88),
  ofI32: unary(0xad),
};

type Load = (address: Code, offset?: number) => Code;
type Store = (address: Code, value: Code, offset?: number) => Code;

const load =
  (...op: readonly number[]): Load =>
  (address, offset = 0) => [address, op, 0, unsigned(offset)];
const store =
  (...op: readonly number[]): Store =>
  (address, value, offset = 0) => [address, value, op, 0, unsigned(offset)];

/** Nothing is aligned: that costs nothing on the machines we run on. */
export const memory = {
  load32: load(0x28),
  load64: load(0x29),
  load8: load(0x2d),
  load16: load(0x2f),
  load128: load(0xfd, 0),
  store32: store(0x36),
  store64: store(0x37),
  store8: store(0x3a),
  store16: store(0x3b),
  /** The lowest byte of an i64. */
  store8Of64: store(0x3c),
  store128: store(0xfd, 0x0b),
  copy: (to: Code, from: Code, length: Code): Code => [to, from, length, 0xfc, 10, 0, 0],
  fill: (to: Code, byte: Code, length: Code): Code => [to, byte, length, 0xfc, 11, 0],
};

/** Bytes of the first, in the order that the second says. */
export const swizzle: Binary = (bytes, order) => [bytes, order, 0xfd, 0x0e];

const EMPTY = 0x40;
export const block = (...body: readonly Code[]): Code => [0x02, EMPTY, body, 0x0b];
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY, body, 0x0b];
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  condition,
  [0x04, EMPTY, then],
  otherwise === undefined ? [] : [0x05, otherwise],
  0x0b,
];
/** To the end of the block that many levels out, or to the start of the loop. */
export const jump = (levels: number): Code => [0x0c, unsigned(levels)];
export const jumpIf = (levels: number, condition: Code): Code => [condition, 0x0d, unsigned(levels)];
export const answer = (value: Code): Code => [value, 0x0f];
export const call = (index: number, ...given: readonly Code[]): Code => [given, 0x10, unsigned(index)];
export const drop = (value: Code): Code => [value, 0x1a];
export const choose = (condition: Code, then: Code, otherwise: Code): Code => [
  then,
  otherwise,
  condition,
  0x1b,
];

/** The values of a function, by name. */
export interface Values<N extends string> {
  readonly get: Readonly<Record<N, Code>>;
  readonly set: Readonly<Record<N, (value: Code) => Code>>;
  /** Sets, and is the value. */
  readonly tee: Readonly<Record<N, (value: Code) => Code>>;
}

/** A function of a module. */
export interface WasmFunction {
  readonly type: Code;
  readonly locals: readonly number[];
  readonly body: Code;
}

interface Declared<N extends string> {
  readonly params: readonly N[];
  readonly hasResult: boolean;
  readonly i32?: readonly N[];
  readonly i64?: readonly N[];
  readonly v128?: readonly N[];
}

/** All parameters are i32, and so is the result. */
export const wasmFunction = <N extends string>(
  { params, hasResult, i32: words = [], i64: longs = [], v128: vectors = [] }: Declared<N>,
  body: (values: Values<N>) => Code,
): WasmFunction => {
  const names = [...params, ...words, ...longs, ...vectors];
  const by = <T>(of: (index: number) => T): Record<N, T> =>
    Object.fromEntries(names.map((name, index) => [name, of(index)])) as Record<N, T>;
  const values: Values<N> = {
    get: by((index) => [0x20, unsigned(index)]),
    set: by((index) => (value: Code) => [value, 0x21, unsigned(index)]),
    tee: by((index) => (value: Code) => [value, 0x22, unsigned(index)]),
  };
  return {
    type: [0x60, unsigned(params.length), params.map(() => I32), hasResult ? [1, I32] : [0]],
    locals: [...words.map(() => I32), ...longs.map(() => I64), ...vectors.map(() => V128)],
    body: body(values),
  };
};

/** A value that outlives the calls. */
export interface WasmGlobal {
  readonly type: number;
  readonly get: Code;
  readonly set: (value: Code) => Code;
}

export const wasmGlobal = (index: number, type: number): WasmGlobal => ({
  type,
  get: [0x23, unsigned(index)],
  set: (value) => [value, 0x24, unsigned(index)],
});

const bytesOf = (code: Code): readonly number[] =>
  typeof code === 'number' ? [code] : code.flatMap(bytesOf);
const counted = (items: readonly Code[]): Code => [unsigned(items.length), items];
const measured = (code: Code): Code => {
  const bytes = bytesOf(code);
  return [unsigned(bytes.length), bytes];
};
const text = (value: string): Code => counted([...Buffer.from(value)]);

/** What a module is made of; what is exported goes by name. */
export interface WasmModule {
  readonly functions: readonly WasmFunction[];
  readonly globals: readonly WasmGlobal[];
  readonly memoryPages: number;
  readonly exportedFunctions: Readonly<Record<string, number>>;
  readonly exportedGlobals: Readonly<Record<string, number>>;
}

/** The bytes of a module; its memory, of that size for ever, is exported as `memory`. */
export const wasmModule = (parts: WasmModule): Uint8Array<ArrayBuffer> => {
  const { functions, globals, memoryPages } = parts;
  const entry = (name: string, kind: number, index: number): Code => [text(name), kind, unsigned(index)];
  const exported = [
    entry('memory', 2, 0),
    ...Object.entries(parts.exportedFunctions).map(([name, index]) => entry(name, 0, index)),
    ...Object.entries(parts.exportedGlobals).map(([name, index]) => entry(name, 3, index)),
  ];
  const zero = (type: number): Code => (type === I64 ? i64.of(0) : i32.of(0));
  const sections: readonly (readonly [number, Code])[] = [
    [1, counted(functions.map(({ type }) => type))],
    [3, counted(functions.map((_, index) => unsigned(index)))],
    [5, counted([[1, unsigned(memoryPages), unsigned(memoryPages)]])],
    [6, counted(globals.map(({ type }) => [type, 1, zero(type), 0x0b]))],
    [7, counted(exported)],
    [
      10,
      counted(
        functions.map(({ locals, body }) => measured([counted(locals.map((type) => [1, type])), body, 0x0b])),
      ),
    ],
  ];
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from(bytesOf([head, sections.map(([id, content]) => [id, measured(content)])]));
};

/** A compiled module: as often as it is started, it has memory of its own. */
export interface WasmProgram {
  start(): Readonly<Record<string, unknown>>;
}

/** The part that we use; the names that the compiler knows lack it. */
interface WebAssemblyParts {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const compileWasm = (bytes: Uint8Array<ArrayBuffer>): WasmProgram => {
  const { WebAssembly: parts } = globalThis as unknown as { readonly WebAssembly: WebAssemblyParts };
  const module = new parts.Module(bytes);
  return { start: () => new parts.Instance(module).exports };
};
