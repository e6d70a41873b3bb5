// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdvisoryPack, openPackBytes } from '../advisories/pack.ts';
import { PackBuilder } from '../advisories/pack-builder.ts';
import type { AdvisoryRow, CveFacts } from '../advisories/row.ts';

/** A pack with rows by `ecosystem package` and facts by CVE. */
export const packOf = (
  rows: Readonly<Record<string, readonly AdvisoryRow[]>>,
  cves: Readonly<Record<string, CveFacts>> = {},
  kind: 'full' | 'sample' = 'full',
): AdvisoryPack => {
  const builder = new PackBuilder();
  for (const [key, list] of Object.entries(rows)) {
    const space = key.lastIndexOf(' ');
    for (const row of list) builder.addRow(key.slice(0, space), key.slice(space + 1), row);
  }
  for (const [cve, facts] of Object.entries(cves)) builder.addCve(cve, facts);
  const bytes = builder.finish({ builtAtMs: Date.UTC(2026, 10, 25), kind });
  const opened = bytes.ok ? openPackBytes(bytes.value) : bytes;
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};
