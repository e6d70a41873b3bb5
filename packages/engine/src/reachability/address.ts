// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An address as its bytes: 4 or 16. */
type Bytes = readonly number[];

function bytesOfV4(text: string): Bytes | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const four = bytesOfV4(part);
      if (four === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function bytesOfV6(text: string): Bytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail].flatMap((group) => [
    group >> 8,
    group & 255,
  ]);
}

/** Bytes of an IPv4 (dotted, RFC 6943 strict) or IPv6 (RFC 4291) address; undefined: the text is none. */
function bytesOf(text: string): Bytes | undefined {
  if (text.length > 45) return undefined;
  return text.includes(':') ? bytesOfV6(text) : bytesOfV4(text);
}

/** Whether an address lies in a network in CIDR form; false when either is malformed or they differ in family. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = '', length = ''] = network.split('/');
  const own = bytesOf(address);
  const other = bytesOf(base);
  if (own === undefined || other === undefined || own.length !== other.length) return false;
  const bits = Number(length);
  if (!/^[0-9]{1,3}$/.test(length) || bits > own.length * 8) return false;
  return own.every((byte, at) => {
    const shift = Math.max(0, Math.min(8, 8 * (at + 1) - bits));
    return byte >> shift === (other[at] ?? 0) >> shift;
  });
}
