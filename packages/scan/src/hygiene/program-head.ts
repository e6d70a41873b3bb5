// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SignedFileKind } from '@bartizan/contracts';

/** Bytes of a file that tell what it is: the ELF header and, as linkers write it, the program headers behind it. */
export const HEAD_BYTES = 4096;

/** A piece of a file that is mapped to be executed. */
export interface ExecutableRange {
  readonly start: number;
  readonly end: number;
}

const ELF = 0x7f454c46;
const PT_LOAD = 1;
const PF_X = 1;
const MAX_HEADERS = 64;
const SCRIPT = /\.(?:sh|bash|ksh|zsh|py|pl|rb|lua|ps1|service|cron)$/i;
const PAGE = /\.(?:php[3-8]?|phtml|jspx?|aspx?|cgi)$/i;
/** Files without an ending that a shell, cron or init reads. */
const RUN_BY_NAME =
  /^\/(?:etc\/(?:cron[^/]*\/.|init\.d\/|rc\.local$|profile)|var\/spool\/cron\/)|\/\.(?:bashrc|profile|bash_profile|zshrc)$/;

/** What a file is, by its first bytes and its name; undefined when nothing executes it. */
export const kindOf = (path: string, head: Buffer): SignedFileKind | undefined => {
  if (head.length >= 4 && head.readUInt32BE(0) === ELF) return 'program';
  if (PAGE.test(path)) return 'page';
  const isScript = (head[0] === 0x23 && head[1] === 0x21) || SCRIPT.test(path) || RUN_BY_NAME.test(path);
  return isScript ? 'script' : undefined;
};

/** The parts of an ELF file that are executed (program headers with PF_X); none when the headers are not in the head. */
export const executableRanges = (head: Buffer): ExecutableRange[] => {
  if (head.length < 64 || head.readUInt32BE(0) !== ELF) return [];
  const is64 = head[4] === 2;
  const isLittle = head[5] !== 2;
  const u16 = (at: number): number =>
    at + 2 > head.length ? 0 : isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at);
  const u32 = (at: number): number =>
    at + 4 > head.length ? 0 : isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at);
  const word = (at: number): number => {
    if (!is64) return u32(at);
    const [low, high] = isLittle ? [u32(at), u32(at + 4)] : [u32(at + 4), u32(at)];
    return high * 4294967296 + low;
  };
  const table = word(is64 ? 32 : 28);
  const entryBytes = u16(is64 ? 54 : 42);
  const count = Math.min(u16(is64 ? 56 : 44), MAX_HEADERS);
  const ranges: ExecutableRange[] = [];
  for (let at = 0; at < count; at += 1) {
    const entry = table + at * entryBytes;
    if (!Number.isSafeInteger(entry) || entry < 0 || entry + (is64 ? 56 : 32) > head.length) break;
    const isExecuted = u32(entry) === PT_LOAD && (u32(entry + (is64 ? 4 : 24)) & PF_X) !== 0;
    const start = word(entry + (is64 ? 8 : 4));
    const sizeBytes = word(entry + (is64 ? 32 : 16));
    if (isExecuted && Number.isSafeInteger(start + sizeBytes) && sizeBytes > 0)
      ranges.push({ start, end: start + sizeBytes });
  }
  return ranges;
};
