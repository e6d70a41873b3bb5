// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { LocalText, WorkloadRef } from '@bartizan/contracts';

/** Where and when something was found. */
export interface FindingPlace {
  readonly cluster: string;
  readonly tenant: string;
  readonly subject: WorkloadRef;
  readonly node?: string;
  readonly nowMs: number;
}

/** The same finding has the same id in every scan, so that a later scan can close it. */
export const findingId = (place: FindingPlace, parts: readonly string[]): string =>
  createHash('sha256')
    .update(
      [
        place.cluster,
        place.tenant,
        place.node ?? '',
        place.subject.workload,
        place.subject.container ?? '',
        ...parts,
      ].join('\0'),
    )
    .digest('hex')
    .slice(0, 32);

/** A text in both languages, each within the length that the contracts allow. */
export const cutBoth = ({ en, ja }: LocalText, most: number): LocalText => ({
  en: cut(en, most),
  ja: cut(ja, most),
});

/** A text within the length that the contracts allow; what was cut is marked. */
export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
