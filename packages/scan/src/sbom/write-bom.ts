// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Bom, BomFormat } from './bom.ts';
import { toCycloneDx } from './write-cyclonedx.ts';
import { toSpdx } from './write-spdx.ts';
import { toSpdx3 } from './write-spdx3.ts';

const WRITERS: Readonly<Record<BomFormat, (bom: Bom) => object>> = {
  cyclonedx: (bom) => toCycloneDx(bom, '1.7'),
  'cyclonedx-1.6': (bom) => toCycloneDx(bom, '1.6'),
  spdx: toSpdx,
  'spdx-3.0': toSpdx3,
};

/** Writes a bill of materials. The same value gives the same text, byte by byte. */
export const writeBom = (bom: Bom, format: BomFormat): string =>
  `${JSON.stringify(WRITERS[format](bom), null, 2)}\n`;
