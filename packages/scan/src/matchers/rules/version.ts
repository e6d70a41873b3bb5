// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdvisoryRow } from '../../advisories/row.ts';
import type { Subject } from '../model.ts';
import { judgeVersion, type RangeVerdict } from '../range.ts';

/** A rule that judges the version by a row; the first that has an answer gives it. */
export type VersionRule = (row: AdvisoryRow, subject: Subject) => RangeVerdict | undefined;

/** Rule 9: what nobody has determined yet is unknown, never clean. */
export const undetermined: VersionRule = (row) =>
  row.status === 'under_investigation' || row.status === 'undetermined'
    ? {
        verdict: 'unknown',
        by: {
          en: `the source says: ${row.status.replaceAll('_', ' ')}`,
          ja: `情報源の状態：${row.status === 'undetermined' ? '未判定' : '調査中'}`,
        },
      }
    : undefined;

/** Rule 3: only the fixed version of the package's own namespace counts: a backport carries a fix under an old number. */
export const vendorVersion: VersionRule = (row, subject) =>
  judgeVersion(row, subject.version, { scheme: subject.scheme, compare: subject.compare });
