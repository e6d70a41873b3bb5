// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY =
  /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

const KNOWN_MAX = 1024;
const KNOWN_LENGTH_MAX = 16;
/** Quantities are read again and again, and there are few: 100m, 128Mi. */
const known = new Map<string, number | undefined>();

/** A Kubernetes quantity such as 100m, 1.5Gi or 1e3 as a number; undefined when it is none. */
export function quantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const found = known.get(value);
  if (found !== undefined) return found;
  const read = readQuantity(value);
  if (value.length > KNOWN_LENGTH_MAX) return read;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(value, read);
  return read;
}

function readQuantity(value: string): number | undefined {
  const match = QUANTITY.exec(value);
  if (match === null) return undefined;
  const [, digits = '', exponent = '', suffix = ''] = match;
  const factor = SUFFIXES[suffix] ?? 1;
  // Through the text, so that 0.1 and 100m are the same number.
  const number = exponent === '' ? Number(digits) * factor : Number(digits + exponent);
  return Number.isFinite(number) ? number : undefined;
}
