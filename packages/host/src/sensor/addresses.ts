// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

type Run = Readonly<{ start: number; length: number }>;

function longestZeroRun(groups: readonly number[]): Run {
  let best: Run = { start: -1, length: 1 };
  let start = -1;
  for (let i = 0; i <= groups.length; i += 1) {
    if (groups[i] === 0) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0 && i - start > best.length) best = { start, length: i - start };
    start = -1;
  }
  return best;
}

/** Text of an address: dotted for family 4, RFC 5952 for family 6. `bytes` has 16 bytes in network order. */
export function formatAddress(family: number, bytes: Buffer): string {
  if (family === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  const zeros = longestZeroRun(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (zeros.start < 0) return text(0, 8);
  return `${text(0, zeros.start)}::${text(zeros.start + zeros.length, 8)}`;
}
