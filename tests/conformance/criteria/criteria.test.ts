// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  compileAdmissionPolicy,
  type ImageFacts,
  type ImageVulnerability,
  judgeAdmission,
} from '@bartizan/engine/admission';
import { importNeuVector } from '@bartizan/engine/admission-import';
import { describe, expect, it } from 'vitest';
import { requestFor } from '../../content/admission-request.ts';
import { hasShared, report, SHARED } from '../outside.ts';
import reasons from './differences.json' with { type: 'json' };

const MATERIAL = join(SHARED, 'fixtures/policies-to-import/neuvector');
const NOW_MS = 1_790_000_000_000;

interface Case {
  readonly id: string;
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  readonly rules: unknown;
}

const flaw = (id: string, severity: 'high' | 'medium'): ImageVulnerability => ({
  id,
  severity,
  score: severity === 'high' ? 7.5 : 5.3,
  fixable: true,
});
/** What the cases suppose of the one image that was scanned and found bad: five flaws of each severity, two of them by name. */
const BAD: ImageFacts = {
  scanned: true,
  vulnerabilities: [
    ...['CVE-2021-36159', 'CVE-2022-37434', 'CVE-2020-0001', 'CVE-2020-0002', 'CVE-2020-0003'].map((id) =>
      flaw(id, 'high'),
    ),
    ...['CVE-2020-0011', 'CVE-2020-0012', 'CVE-2020-0013', 'CVE-2020-0014', 'CVE-2020-0015'].map((id) =>
      flaw(id, 'medium'),
    ),
  ],
};
const CLEAN: ImageFacts = { scanned: true, vulnerabilities: [] };

const SECRETS = /^(?:https:\/\/hooks\.slack\.com\/|SG\.|key-)/;
const ALL_TAGS = ['view-secrets', 'any-workload', 'any-rbac', 'create-pods', 'exec'];
/** The facts from outside of the objects that the decisions rest on. */
const CONTEXT: AdmissionContext = {
  image: (reference) => {
    if (reference.includes('/golang:')) return BAD;
    return reference.includes('/openeuler/distroless') ? CLEAN : { scanned: false };
  },
  serviceAccount: (_namespace, name) => ({ riskTags: name === 'high-risk-service-account' ? ALL_TAGS : [] }),
  credentialsIn: (_name, value) => (SECRETS.test(value) ? ['token'] : []),
};

function ruleSet(document: unknown): AdmissionRuleSet {
  const imported = importNeuVector(document);
  if (!imported.ok) throw new Error(imported.error.detail);
  const rules = imported.value.rules.map((rule) => ({ ...rule, mode: 'enforce' as const }));
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}

const isRefused = (set: AdmissionRuleSet, objects: readonly unknown[]): boolean =>
  objects.some((object) => !judgeAdmission(set, requestFor(object), CONTEXT, NOW_MS).allowed);

describe.skipIf(!hasShared('fixtures/policies-to-import/neuvector'))('admission rules of NeuVector', () => {
  it('give the decisions that are known of them', () => {
    const cases = gunzipSync(readFileSync(join(MATERIAL, 'admission-cases.jsonl.gz')))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line): Case => JSON.parse(line));
    const objects: Readonly<Record<string, readonly unknown[]>> = JSON.parse(
      readFileSync(join(MATERIAL, 'admission-objects.json'), 'utf8'),
    );
    let total = 0;
    const missed: string[] = [];
    for (const { id, accept, reject, rules } of cases) {
      const set = ruleSet(rules);
      const expected = [
        ...accept.map((name) => ({ name, refused: false })),
        ...reject.map((name) => ({ name, refused: true })),
      ];
      for (const { name, refused } of expected) {
        total += 1;
        const found = objects[name];
        if (found === undefined || isRefused(set, found) !== refused)
          missed.push(`${id}: ${name} ${refused ? 'is not refused' : 'is refused'}`);
      }
    }
    report('criteria', total - missed.length, total);
    expect(missed.sort()).toEqual(Object.keys(reasons).sort());
    for (const [name, reason] of Object.entries(reasons)) process.stdout.write(`  ${name}: ${reason}\n`);
  });
});
