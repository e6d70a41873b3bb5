// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What the port has to know of the head of a request. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly body: BodyFraming;
  /** Whoever asks waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
  /** No other request is to follow. */
  readonly closes: boolean;
}
/** How the end of a body is told: by its length, or by its chunks. */
export type BodyFraming = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' };

/** Why bytes are no request that is read here: the connection is answered with this status, and closed. */
export class HttpFault {
  readonly status: number;
  readonly message: string;

  constructor(status: number, message: string) {
    this.status = status;
    this.message = message;
  }
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const FIELDS_MAX = 64;
/** Digits of a length: far more than any body may have, and exact as a number. */
const LENGTH_DIGITS = /^[0-9]{1,15}$/;

const TOKEN = 1;
const VISIBLE = 2;
const IN_VALUE = 4;
/** What each byte may be part of: RFC 9110, 5.6.2 and 5.5. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isToken = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte));
  const isVisible = byte > SPACE && byte < 0x7f;
  const isInValue = isVisible || byte === SPACE || byte === TAB || byte > 0x7f;
  return (isToken ? TOKEN : 0) | (isVisible ? VISIBLE : 0) | (isInValue ? IN_VALUE : 0);
});

/** Whether all bytes of a part are of a class. */
function isAll(bytes: Uint8Array, start: number, end: number, of: number): boolean {
  for (let at = start; at < end; at += 1) if (((CLASSES[bytes[at] ?? 0] ?? 0) & of) === 0) return false;
  return true;
}

/** Whether a text may stand in the value of a field. */
export const isFieldText = (bytes: Uint8Array, start: number, end: number): boolean =>
  isAll(bytes, start, end, IN_VALUE);

/** A line ends by CR and LF: one that ends by LF alone is read differently by others, which is how requests are smuggled. */
export const BARE_LF = new HttpFault(400, 'a line ends without CR');
const NO_FIELD = new HttpFault(400, 'a header field is malformed');
const FOLDED = new HttpFault(400, 'a header field is folded');
const NO_REQUEST = new HttpFault(400, 'no request line');
const NO_VERSION = new HttpFault(505, 'HTTP/1.1 is spoken here');
const TOO_MANY = new HttpFault(431, 'too many header fields');
const NO_LENGTH = new HttpFault(400, 'the length of the body is malformed or given twice');
const NO_HOST = new HttpFault(400, 'one Host field is needed');
const NO_CODING = new HttpFault(501, 'a transfer coding other than chunked');
const NO_EXPECTATION = new HttpFault(417, 'an expectation other than 100-continue');

/**
 * Where a head (or the trailer of a body), begun at `start`, is over: behind its empty line. Undefined: not all of it is
 * there. Bytes before `from` were looked at before.
 */
export function endOfFields(bytes: Buffer, start: number, from: number): number | HttpFault | undefined {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (at === start || bytes[at - 1] !== CR) return BARE_LF;
    if (at === start + 1 || bytes[at - 2] === LF) return at + 1;
  }
  return undefined;
}

/** What fields say, as far as it matters; each member counts or keeps what was met. */
interface Met {
  hosts: number;
  length: string | undefined;
  coding: string | undefined;
  expectation: string | undefined;
  closes: boolean;
}

/** Takes in one field whose name is of interest. A fault where it must stand once and does not. */
function meet(met: Met, name: string, value: string): HttpFault | undefined {
  if (name === 'host') met.hosts += 1;
  else if (name === 'connection')
    met.closes ||= value.split(',').some((option) => option.trim().toLowerCase() === 'close');
  else if (name === 'content-length') {
    if (met.length !== undefined || !LENGTH_DIGITS.test(value)) return NO_LENGTH;
    met.length = value;
  } else if (name === 'transfer-encoding') {
    if (met.coding !== undefined) return NO_LENGTH;
    met.coding = value.toLowerCase();
  } else if (name === 'expect') {
    if (met.expectation !== undefined) return NO_EXPECTATION;
    met.expectation = value.toLowerCase();
  }
  return undefined;
}

/** Lengths of the names that matter: others are not made into texts. */
const NAMES = new Set(
  ['host', 'connection', 'content-length', 'transfer-encoding', 'expect'].map((n) => n.length),
);

/** One line of a head or trailer, without its CR and LF. */
function readField(bytes: Buffer, start: number, end: number, met: Met): HttpFault | undefined {
  if (bytes[start] === SPACE || bytes[start] === TAB) return FOLDED;
  let colon = start;
  while (colon < end && ((CLASSES[bytes[colon] ?? 0] ?? 0) & TOKEN) !== 0) colon += 1;
  if (colon === start || bytes[colon] !== COLON || !isFieldText(bytes, colon + 1, end)) return NO_FIELD;
  if (!NAMES.has(colon - start)) return undefined;
  const name = bytes.toString('latin1', start, colon).toLowerCase();
  return meet(met, name, trimmed(bytes, colon + 1, end));
}

/** A value without the white space around it. */
function trimmed(bytes: Buffer, start: number, end: number): string {
  const isSpace = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;
  let [first, last] = [start, end];
  while (first < last && isSpace(bytes[first])) first += 1;
  while (last > first && isSpace(bytes[last - 1])) last -= 1;
  return bytes.toString('latin1', first, last);
}

/** Reads fields until the empty line; `end` is behind it. */
export function readFields(
  bytes: Buffer,
  start: number,
  end: number,
  met: Met = nothing(),
): HttpFault | undefined {
  let count = 0;
  for (let at = start; at < end - 2; count += 1) {
    if (count >= FIELDS_MAX) return TOO_MANY;
    const next = bytes.indexOf(LF, at) + 1;
    const fault = readField(bytes, at, next - 2, met);
    if (fault !== undefined) return fault;
    at = next;
  }
  return undefined;
}

const nothing = (): Met => ({
  hosts: 0,
  length: undefined,
  coding: undefined,
  expectation: undefined,
  closes: false,
});

/** RFC 9112, 6.3: a length beside chunks, or another coding, may be read differently by others, and is refused. */
function framingOf({ length, coding }: Met): BodyFraming | HttpFault {
  if (coding === undefined) return { kind: 'length', bytes: Number(length ?? 0) };
  if (length !== undefined) return NO_LENGTH;
  return coding === 'chunked' ? { kind: 'chunked' } : NO_CODING;
}

/** Reads a head that is there as a whole, from its request line to behind its empty line. */
export function readHead(bytes: Buffer, start: number, end: number): RequestHead | HttpFault {
  const lineEnd = bytes.indexOf(LF, start) - 1;
  const methodEnd = bytes.indexOf(SPACE, start);
  const targetEnd = bytes.indexOf(SPACE, methodEnd + 1);
  if (methodEnd <= start || targetEnd <= methodEnd + 1 || targetEnd >= lineEnd) return NO_REQUEST;
  if (!isAll(bytes, start, methodEnd, TOKEN) || !isAll(bytes, methodEnd + 1, targetEnd, VISIBLE))
    return NO_REQUEST;
  const version = bytes.toString('latin1', targetEnd + 1, lineEnd);
  if (version !== 'HTTP/1.1') return /^HTTP\/[0-9]\.[0-9]$/.test(version) ? NO_VERSION : NO_REQUEST;
  const met = nothing();
  const fault = readFields(bytes, lineEnd + 2, end, met);
  if (fault !== undefined) return fault;
  if (met.hosts !== 1) return NO_HOST;
  if (met.expectation !== undefined && met.expectation !== '100-continue') return NO_EXPECTATION;
  const body = framingOf(met);
  if (body instanceof HttpFault) return body;
  return {
    method: bytes.toString('latin1', start, methodEnd),
    target: bytes.toString('latin1', methodEnd + 1, targetEnd),
    body,
    expectsContinue: met.expectation !== undefined,
    closes: met.closes,
  };
}
