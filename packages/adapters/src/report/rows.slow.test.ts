// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReportBlock } from '@bartizan/engine/frameworks';
import { describe, expect, it } from 'vitest';
import { pdfOf } from './index.ts';

const ROWS = 100_000;
/** Growth of the heap while pages are made, in bytes: a tenth of what the pages weigh unpacked. */
const GROWTH_MAX = 96 * 1024 * 1024;

/** How much longer a row may take in a report ten times as long; the measured ratio is 1 give or take a fifth. */
const SLOWER_MAX = 3;

function* rows(most = ROWS): Generator<ReportBlock> {
  yield { kind: 'columns', titles: ['検査', '対象', '結果'], widths: [0.4, 0.4, 0.2] };
  for (let n = 0; n < most; n += 1)
    yield {
      kind: 'row',
      cells: [`posture:container.user`, `既定/web-${n}`, n % 2 === 0 ? '合格' : '不合格'],
    };
}

const INFO = { title: '大', language: 'ja', producer: 'bartizan', createdAtMs: 0, foot: '' } as const;

describe('a report of 100,000 rows', () => {
  it('is made page by page: memory does not grow with it', { timeout: 300_000 }, async () => {
    let sizeBytes = 0;
    let chunks = 0;
    let largest = 0;
    let peak = 0;
    const before = process.memoryUsage();
    const base = before.heapUsed + before.external;
    let last = '';
    for await (const chunk of pdfOf(rows(), INFO)) {
      sizeBytes += chunk.length;
      chunks += 1;
      largest = Math.max(largest, chunk.length);
      last = chunk.toString('latin1');
      if (chunks % 50 === 0) {
        const { heapUsed, external } = process.memoryUsage();
        peak = Math.max(peak, heapUsed + external - base);
      }
    }
    const pages = Number(/\/Count (\d+)/u.exec(last)?.[1]);
    console.log(`${pages} pages, ${sizeBytes} bytes, heap grew by ${peak} bytes at most`);
    expect(pages).toBeGreaterThan(1000);
    expect(chunks).toBeGreaterThan(pages);
    expect(peak).toBeLessThan(GROWTH_MAX);
  });

  it('takes ten times as long as one of a tenth, not more', { timeout: 600_000 }, async () => {
    const took = async (most: number): Promise<number> => {
      const before = process.cpuUsage();
      for await (const chunk of pdfOf(rows(most), INFO)) expect(chunk.length).toBeGreaterThan(0);
      return process.cpuUsage(before).user / 1000;
    };
    await took(ROWS / 100);
    const short = await took(ROWS / 10);
    const long = await took(ROWS);
    console.log(`${Math.round(short)} ms for ${ROWS / 10} rows, ${Math.round(long)} ms for ${ROWS}`);
    expect(long / short).toBeLessThan(10 * SLOWER_MAX);
  });
});
