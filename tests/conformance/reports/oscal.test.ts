// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { text as textOfStream } from 'node:stream/consumers';
import { loadContent, loadFrameworks } from '@bartizan/adapters/content';
import { reportStream } from '@bartizan/adapters/report';
import { ANSWER_OUTCOMES, type ComplianceAnswer, type Framework } from '@bartizan/contracts/compliance';
import {
  assessFramework,
  compareAnswers,
  frameworkOfOwasp,
  OSCAL_VERSION,
} from '@bartizan/engine/frameworks';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasImageTools, report } from '../outside.ts';
import { OSCAL_VERSIONS, oscalSchema, type Validator } from './schemas.ts';

const NOW = Date.UTC(2026, 10, 28, 3);

/** What people and programs may have written: the schema wants lines without spaces at their ends, and tokens. */
const NASTY = [
  ' spaces at both ends ',
  '\n\tlines\r\nand tabs\u2028and separators\n',
  '=HYPERLINK("http://x","y")',
  `${'a'.repeat(999)} cut where a space is`,
  `${'a'.repeat(999)}😀 cut where a pair is`,
  'a lone \ud800 half',
  '\u0000\u0007\u001b[31m',
  '   ',
  '',
  '日本語の名前',
];

function frameworks(): readonly Framework[] {
  const loaded = loadFrameworks('content');
  const content = loadContent('content');
  if (!loaded.ok || !content.ok) throw new Error('the content cannot be read');
  const { controls } = content.value;
  const owasp = ([2022, 2025] as const).map((edition) =>
    frameworkOfOwasp(controls, edition, { asOf: loaded.value.frameworks[0]?.asOf ?? '' }),
  );
  return [...loaded.value.frameworks, ...owasp];
}

/** An answer to each reference of a framework; of hostile ones every outcome and every nasty text in turn. */
function answersTo({ controls }: Framework, isHostile: boolean): ComplianceAnswer[] {
  const refs = [...new Set(controls.flatMap(({ checks }) => checks.map(({ ref }) => ref)))];
  return refs.flatMap((ref, n): ComplianceAnswer[] => {
    const nasty = NASTY[n % NASTY.length] ?? '';
    const outcome = isHostile ? (ANSWER_OUTCOMES[n % ANSWER_OUTCOMES.length] ?? 'unknown') : 'pass';
    const said = isHostile ? nasty : 'seen';
    const one: ComplianceAnswer = {
      ...{ ref, outcome, severity: 'high', at: NOW - 3_600_000, evidenceSha256: 'b'.repeat(64) },
      subject: isHostile ? nasty : 'Node/a',
      detail: { en: said, ja: said },
      ...(isHostile && n % 3 === 0 ? { accepted: { owner: nasty, reason: nasty, until: NOW } } : {}),
    };
    return isHostile ? [one, { ...one, node: nasty, at: NOW - 7_200_000 }] : [one];
  });
}

const assessments = frameworks().flatMap((framework) =>
  [[], answersTo(framework, false), answersTo(framework, true)].map((answers, n) => ({
    ...assessFramework({ framework, answers, atMs: NOW, ...(n === 1 ? { run: ' run 1 ' } : {}) }),
    ...(n === 2
      ? {
          change: compareAnswers({
            ...{ before: answersTo(framework, false), after: answers, name: NASTY[0] ?? '' },
            beforeAt: NOW,
          }),
        }
      : {}),
  })),
);
const heads = (['en', 'ja'] as const).flatMap((language) =>
  ['local/default', ' '].map((scope) => ({ language, scope, tool: 'bartizan 1', atMs: NOW })),
);

/** Every framework alone and all in one, as they leave the program. */
const documents = await Promise.all(
  heads.flatMap((head) =>
    [...assessments.map((one) => [one]), assessments].map(
      async (parts): Promise<unknown> => JSON.parse(await textOfStream(reportStream('oscal', parts, head))),
    ),
  ),
);

describe.skipIf(!hasImageTools)('the official schemas of OSCAL', () => {
  let validators: readonly { readonly version: string; readonly validate: Validator }[] = [];
  beforeAll(() => {
    validators = OSCAL_VERSIONS.map((version) => ({ version, validate: oscalSchema(version) }));
  }, 300_000);

  it('hold for every report that is written, of the version it states and of the newest', () => {
    const faults = validators.flatMap(({ version, validate }) =>
      documents.flatMap((document, n) => {
        const [fault] = validate(document);
        return fault === undefined ? [] : [`${version}, report ${n}: ${fault}`];
      }),
    );
    expect(faults.slice(0, 20)).toEqual([]);
    const all = documents.length * validators.length;
    report('reports-oscal', all - faults.length, all);
    expect(OSCAL_VERSIONS).toContain(OSCAL_VERSION);
  });

  it('do not hold for a damaged report', () => {
    const [sample] = documents as [{ 'assessment-results': Record<string, unknown> }];
    const results = sample['assessment-results'];
    const { uuid: _, ...withoutId } = results;
    expect(validators).toHaveLength(2);
    for (const { validate } of validators) {
      expect(validate(sample)).toEqual([]);
      expect(validate({ 'assessment-results': withoutId })).not.toEqual([]);
      expect(validate({ 'assessment-results': { ...results, uuid: 'none' } })).not.toEqual([]);
      expect(validate({ 'assessment-results': { ...results, results: [] } })).not.toEqual([]);
      expect(validate({ 'assessment-results': { ...results, more: 1 } })).not.toEqual([]);
    }
  });
});
