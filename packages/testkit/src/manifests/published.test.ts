// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { isDecodable } from './published.ts';
import { writeRuleCopies } from './rule-copies.ts';

it('tells objects whose values have other types than Kubernetes declares', () => {
  const pod = (container: object, volumes: object[] = []): object => ({
    kind: 'Pod',
    spec: { containers: [container], volumes },
  });
  expect(isDecodable(pod({ env: [{ name: 'A', value: 'true' }, { name: 'B' }] }))).toBe(true);
  expect(isDecodable(pod({ env: [{ name: 'A', value: true }] }))).toBe(false);
  expect(isDecodable(pod({}, [{ fc: { lun: 2 } }]))).toBe(true);
  expect(isDecodable(pod({}, [{ fc: { lun: '2' } }]))).toBe(false);
});

it('makes up the number of rules with copies that have names of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-copies-'));
  try {
    const rules = join(folder, 'rules');
    const { own, copies } = writeRuleCopies(resolve(import.meta.dirname, '../../../..'), rules, 300);
    expect(own + copies).toBe(300);
    const names = readdirSync(rules);
    expect(names).toHaveLength(copies);
    const ids = names.map((name) => JSON.parse(readFileSync(join(rules, name), 'utf8')).id);
    expect(new Set(ids).size).toBe(copies);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
