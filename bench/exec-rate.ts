// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Exec rate with full events against bare, kernel side: node bench/exec-rate.ts.

import { median, record, spreadOf } from './results.ts';
import { NOTHING, storm } from './storm.ts';

const GOAL = 0.95;

const { ratios, draining, bareNs, kernelNs, dropped } = storm(NOTHING, { count: 1000, rounds: 5 });
const value = median(ratios);
record({
  id: 'exec-rate',
  title: {
    en: 'Exec rate with full events against bare (kernel side, Debian 6.12, instruction clock)',
    ja: '完全なイベント収集時の exec 性能比（カーネル側、Debian 6.12、命令数クロック）',
  },
  unit: 'ratio',
  goal: `>= ${GOAL}`,
  value,
  baseline: {
    title: {
      en: 'the same with the sensor draining on the one CPU',
      ja: '同じ 1 CPU でセンサーが読み出す場合',
    },
    value: median(draining),
  },
  n: ratios.length,
  spread: spreadOf(ratios),
  met: value >= GOAL,
  notes: [
    `spawn, exec and exit of an empty static program: bare ${bareNs.toFixed(0)} ns, with fork, exec and exit events ${kernelNs.toFixed(0)} ns; dropped ${dropped}`,
  ],
});
