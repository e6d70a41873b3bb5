// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import type { ReportFormat } from '@bartizan/contracts';
import type { FrameworkAssessment } from '@bartizan/contracts/compliance';
import { type ReportHead, reportBlocks, reportCsv, reportOscal } from '@bartizan/engine/frameworks';
import { pdfOf } from './layout.ts';

/** A report as bytes, while they are made. Server and command line hand out the same. */
export function reportStream(
  format: ReportFormat,
  assessments: readonly FrameworkAssessment[],
  head: ReportHead,
): Readable {
  const parts = assessments.map((assessment) => ({ assessment }));
  if (format === 'json')
    return Readable.from([JSON.stringify(assessments.length === 1 ? assessments[0] : assessments)]);
  if (format === 'oscal') return Readable.from([JSON.stringify(reportOscal(parts, head))]);
  if (format === 'csv') return Readable.from(reportCsv(parts, head));
  const [first] = assessments;
  return Readable.from(
    pdfOf(reportBlocks(parts, head), {
      title: assessments.map(({ title }) => title[head.language]).join(' · '),
      language: head.language,
      producer: head.tool,
      createdAtMs: head.atMs,
      foot: [head.tool, head.scope, first?.evidenceSha256 ?? ''].filter((part) => part !== '').join(' · '),
    }),
  );
}
