// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, readText } from '../architecture/repository.ts';

/** The numbered steps of the walk with the places they name. */
function walk(text: string): { readonly step: string; readonly places: readonly string[] }[] {
  const section = text.split('## Follow one event')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\d+\. \*\*([A-Za-z]+)\.\*\* (.*)$/gm)].map((match) => ({
    step: match[1] ?? '',
    places: [...(match[2] ?? '').matchAll(/`((?:apps|packages|native)\/[a-z/-]+)`/g)].map(
      (place) => place[1] ?? '',
    ),
  }));
}

describe('the walk of ARCHITECTURE.md', () => {
  const steps = walk(readText('ARCHITECTURE.md'));

  it('goes from the kernel to a page', () => {
    expect(steps.map(({ step }) => step)).toEqual([
      'Kernel',
      'Sensor',
      'Host',
      'Sense',
      'Decide',
      'Report',
      'Wire',
      'Report',
    ]);
  });

  it('names only places that exist', () => {
    const places = steps.flatMap((step) => step.places);
    expect(places.length).toBeGreaterThanOrEqual(6);
    expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([]);
  });

  it('would notice a place that is gone', () => {
    const [step] = walk('## Follow one event\n\n1. **Kernel.** `native/nowhere` sees it.\n');
    expect(step?.places.map((place) => existsSync(join(ROOT, place)))).toEqual([false]);
  });

  it('is played on real parts by the first-run test', () => {
    const played = readText('tests/e2e/first-run/first-run.real.test.ts');
    for (const part of ['reverse-shell', 'ancestors', 'why']) expect(played).toContain(part);
  });
});
