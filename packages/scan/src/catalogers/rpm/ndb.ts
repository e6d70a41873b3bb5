// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type TellGap, ValueBudget } from './value-budget.ts';

/** Reads the packages of rpm's own "ndb" database: a table of slots, each naming a blob by 16-byte blocks. */
const FILE_MAGIC = 0x506d7052; // "RpmP"
const SLOT_MAGIC = 0x746f6c53; // "Slot"
const BLOB_MAGIC = 0x53626c42; // "BlbS"
const PAGE_BYTES = 4096;
const SLOT_BYTES = 16;
const BLOCK_BYTES = 16;
const FIRST_SLOT = 2;
const MAX_SLOT_PAGES = 2048;

/** Every package blob. Yields nothing when the bytes are no such database. */
export function* readNdbBlobs(bytes: Buffer, problem: TellGap): Generator<Buffer> {
  if (bytes.length < 32 || bytes.readUInt32LE(0) !== FILE_MAGIC)
    return problem({ en: 'not an ndb file', ja: 'ndb 形式のファイルではありません' });
  const slotPages = bytes.readUInt32LE(12);
  if (slotPages === 0 || slotPages > MAX_SLOT_PAGES)
    return problem({ en: 'slot table out of range', ja: 'スロット表が範囲外です' });
  const budget = new ValueBudget(bytes.length);
  const end = Math.min(slotPages * PAGE_BYTES, bytes.length);
  for (let at = FIRST_SLOT * SLOT_BYTES; at + SLOT_BYTES <= end; at += SLOT_BYTES) {
    if (bytes.readUInt32LE(at) !== SLOT_MAGIC) {
      problem({ en: 'a slot without its mark', ja: 'スロットの目印がありません' });
      return;
    }
    const packageIndex = bytes.readUInt32LE(at + 4);
    if (packageIndex === 0) continue;
    const blobAt = bytes.readUInt32LE(at + 8) * BLOCK_BYTES;
    if (
      blobAt + 16 > bytes.length ||
      bytes.readUInt32LE(blobAt) !== BLOB_MAGIC ||
      bytes.readUInt32LE(blobAt + 4) !== packageIndex
    ) {
      problem({
        en: `package ${packageIndex} has no blob`,
        ja: `パッケージ ${packageIndex} のデータがありません`,
      });
      continue;
    }
    const lengthBytes = bytes.readUInt32LE(blobAt + 12);
    if (blobAt + 16 + lengthBytes > bytes.length)
      problem({
        en: `package ${packageIndex} ends outside of the file`,
        ja: `パッケージ ${packageIndex} がファイルの範囲外に続いています`,
      });
    else if (budget.take(lengthBytes + SLOT_BYTES))
      yield bytes.subarray(blobAt + 16, blobAt + 16 + lengthBytes);
    else return budget.tellSpent(problem);
  }
}
