// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Rate of opening and closing one file with the sensor against bare, kernel side: node bench/open-rate.ts. The worst
// there is: a program that does nothing else.

import { median, record, spreadOf } from './results.ts';
import { NOTHING, storm } from './storm.ts';

const GOAL = 0.9;

const { ratios, draining, bareNs, kernelNs } = storm(`open:${NOTHING}`, { count: 20_000, rounds: 5 });
const value = median(ratios);
record({
  id: 'open-rate',
  title: {
    en: 'Rate of open and close of one file with the sensor against bare (kernel side, Debian 6.12, instruction clock)',
    ja: 'センサー稼働時のファイルのオープン／クローズ性能比（カーネル側、Debian 6.12、命令数クロック）',
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
    `open and close of a file that was told already: bare ${bareNs.toFixed(0)} ns, with the sensor ${kernelNs.toFixed(0)} ns`,
  ],
});
