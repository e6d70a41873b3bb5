// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Configure, DetectionRule } from '@bartizan/contracts';
import type { FakeController } from '@bartizan/testkit/host';

const run = promisify(execFile);
const text = (words: string) => ({ en: words, ja: words });

/** Matches what the storms run, and nothing else: every match is an event that must never be shed. */
const MARKED: DetectionRule = {
  id: 'test.marked',
  title: text('A marked program ran'),
  description: text('For tests'),
  severity: 'low',
  triggers: ['exec'],
  scope: 'any',
  condition: { field: 'process.arguments', operator: 'any-glob', value: ['marked-*'] },
  message: text('{process.name} ran'),
  fix: text('Nothing'),
  control: ['x-other-risks'],
  owasp: { 2022: [], 2025: [] },
  attack: [],
  foldSeconds: 0,
  tests: { mustMatch: [], mustNotMatch: [] },
};

/** A configuration with that rule alone. */
export const MARKED_CONFIGURE: Configure = {
  type: 'configure',
  rulesRevision: 'marked',
  rules: [MARKED],
  watchedPaths: [],
  scanIntervalS: 86_400,
  postureIntervalS: 86_400,
  processEvents: true,
};

/** Runs `true marked-WORD-N` for each N of a range, one after the other. */
export const storm = async (word: string, count: number): Promise<void> => {
  const loop = `i=0; while [ $i -lt ${count} ]; do /bin/true marked-${word}-$i; i=$((i+1)); done`;
  await run('sh', ['-c', loop], { timeout: 180_000 });
};

/** Markers of security events, each with how often it came. */
export const markers = (controller: FakeController, word: string): Map<string, number> => {
  const found = new Map<string, number>();
  for (const event of controller.events('security')) {
    const marker = event.chain?.process.arguments.find((one) => one.startsWith(`marked-${word}-`));
    if (marker !== undefined) found.set(marker, (found.get(marker) ?? 0) + 1);
  }
  return found;
};

/** Sequences of a stream that never came, between the first and the last that did. */
export const missingIn = (controller: FakeController, stream: 'process' | 'security'): number => {
  const sequences = controller.records(stream).map((one) => one.sequence);
  const first = sequences[0] ?? 0;
  const last = sequences.at(-1) ?? -1;
  return last - first + 1 - sequences.length;
};
