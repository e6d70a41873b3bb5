// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from '@bartizan/engine';
import { sealEvidence } from '@bartizan/engine/compliance';
import { afterAll, describe, expect, it } from 'vitest';
import { assessOffline } from './report-input.ts';

const checkout = new URL('../../../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'bartizan-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const AT = Date.UTC(2026, 10, 28);

/** A bundle of a control plane whose API server answers strangers, or not. */
function bundle(name: string, anonymous: string): string {
  const process = (subject: string, value: string[]) => ({
    collector: 'process' as const,
    subject,
    value,
    origin: 'process' as const,
    state: 'known' as const,
  });
  const content = {
    node: 'n-1',
    name: 'node-1',
    collectedAt: AT,
    evidence: sealEvidence(
      [
        {
          collector: 'version',
          subject: 'kube-apiserver',
          value: '1.32.1',
          origin: 'process',
          state: 'known',
        },
        process('kube-apiserver', ['kube-apiserver', `--anonymous-auth=${anonymous}`]),
      ],
      AT,
      'n-1',
    ),
  };
  const file = join(folder, `${name}.json`);
  writeFileSync(
    file,
    JSON.stringify({ format: 'bartizan.compliance-bundle/1', sha256: contentHash(content), content }),
  );
  return file;
}

const assess = (more: { bundle: string; compare?: string; framework?: string }) =>
  assessOffline({ checkout, framework: 'disa-stig-kubernetes', atMs: AT + 1000, ...more });

describe('a report from a bundle', () => {
  it('judges what the bundle holds; everything else is unknown, not met', () => {
    const judged = assess({ bundle: bundle('open', 'true') });
    if (!judged.ok) throw new Error(judged.error.detail);
    const [assessment] = judged.value.assessments;
    const states = new Map(assessment?.controls.map(({ id, state }) => [id, state]));
    expect(states.get('V-242390')).toBe('not-met');
    expect(states.get('V-242443')).toBe('unknown');
    expect(judged.value.scope).toBe('node-1');
  });
  it('compares two bundles', () => {
    const judged = assess({ bundle: bundle('closed', 'false'), compare: bundle('before', 'true') });
    if (!judged.ok) throw new Error(judged.error.detail);
    const change = judged.value.assessments[0]?.change;
    expect(change?.repaired.map(({ ref }) => ref)).toContain('benchmark:cis-kubernetes-1.12/1.2.1');
    expect(change?.newlyFailing).toEqual([]);
  });
  it('refuses a bundle that was changed after it was collected, and a framework nobody knows', () => {
    const file = join(folder, 'changed.json');
    const text = JSON.parse(
      JSON.stringify({ format: 'bartizan.compliance-bundle/1', sha256: '0'.repeat(64), content: {} }),
    );
    writeFileSync(file, JSON.stringify(text));
    const changed = assess({ bundle: file });
    expect(changed.ok).toBe(false);
    const unknown = assess({ bundle: bundle('again', 'true'), framework: 'none' });
    expect(unknown.ok ? '' : unknown.error.code).toBe('E_NOT_FOUND');
  });
});
