// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, Framework } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import {
  assessFramework,
  changeOfFramework,
  reportAge,
  reportBlocks,
  reportCsv,
  reportOscal,
  reportTime,
} from './index.ts';

const NOW = Date.UTC(2026, 10, 28, 3);
const FORMULA = '=HYPERLINK("http://x","y")';
const framework: Framework = {
  id: 'iso',
  title: { en: 'ISO', ja: 'アイエスオー' },
  edition: '2022',
  asOf: '2026-11-28',
  limits: { en: 'Clauses 4 to 10', ja: '箇条 4〜10' },
  controls: [
    {
      id: '8.2',
      title: { en: 'Privileged access', ja: '特権' },
      checks: [{ ref: 'secret', reason: { en: 'shows secrets', ja: '秘密情報を示す' } }],
    },
    { id: '6.3', title: { en: 'Training', ja: '教育' }, checks: [] },
  ],
};
const answers: ComplianceAnswer[] = [
  {
    ref: 'secret',
    subject: FORMULA,
    outcome: 'fail',
    severity: 'high',
    at: NOW - 3 * 3600_000,
    detail: { en: '-2+3\nnext', ja: '＝合計' },
    evidenceSha256: 'b'.repeat(64),
    accepted: { owner: '@ann', reason: 'old', until: NOW },
  },
];
const parts = [{ assessment: assessFramework({ framework, answers, atMs: NOW }) }];
const head = (language: 'en' | 'ja') => ({ language, scope: 'local/default', tool: 'bartizan 1', atMs: NOW });

describe('CSV', () => {
  it('begins with a byte order mark, ends lines with CRLF, and has a row for what no tool judges', () => {
    const text = [...reportCsv(parts, head('en'))].join('');
    expect(text.startsWith('\uFEFFFramework,Control,')).toBe(true);
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text).toContain('ISO,6.3,,Training,Not judged by a tool,');
  });
  it('defuses formulas in names, also behind spaces and in full-width signs', () => {
    const english = [...reportCsv(parts, head('en'))].join('');
    expect(english).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    expect(english).toContain(`"'-2+3\nnext"`);
    expect([...reportCsv(parts, head('ja'))].join('')).toContain(`,'＝合計,`);
    for (const line of english.split('\r\n').slice(1)) expect(line).not.toMatch(/(?:^|,)"?[=+@]/u);
  });
});

describe('numbers that nobody could verify', () => {
  const numbers = { en: 'Edition 1 was at hand', ja: '第 1 版と照合' };
  const marked: Framework = {
    ...framework,
    numbers,
    controls: framework.controls.map((control) =>
      control.id === '8.2' ? { ...control, isNumberUnverified: true } : control,
    ),
  };
  const of = [{ assessment: assessFramework({ framework: marked, answers, atMs: NOW }) }];
  it.each([
    ['en', 'number not verified', 'verified', numbers.en],
    ['ja', '番号未照合', '照合済み', numbers.ja],
  ] as const)('are said in %s: on paper, for spreadsheets and in OSCAL', (language, not, yes, source) => {
    const printed = JSON.stringify([...reportBlocks(of, head(language))]);
    expect(printed).toContain(`8.2 (${not})`);
    expect(printed).not.toContain(`6.3 (${not})`);
    expect(printed).toContain(source);
    const lines = [...reportCsv(of, head(language))].join('').split('\r\n');
    expect(lines.find((one) => one.includes(',8.2,'))).toContain(`,8.2,${not},`);
    expect(lines.find((one) => one.includes(',6.3,'))).toContain(`,6.3,${yes},`);
    const oscal = JSON.stringify(reportOscal(of, head(language)));
    expect(oscal).toContain('"name":"number"');
    expect(oscal).toContain('"value":"not-verified"');
    expect(oscal).toContain(source);
  });
  it('are claimed of no framework that says nothing of its numbers', () => {
    const plain = [...reportCsv(parts, head('en'))].join('') + JSON.stringify(reportOscal(parts, head('en')));
    expect(plain).not.toMatch(/verified/u);
  });
});

describe('two runs compared', () => {
  const answerOf = (subject: string, outcome: ComplianceAnswer['outcome'], ref = 'secret') => ({
    ...{ ref, subject, outcome, severity: 'high' as const, at: NOW, detail: { en: 'seen', ja: '確認' } },
    evidenceSha256: 'c'.repeat(64),
  });
  const many = Array.from({ length: 201 }, (_, n) => answerOf(`many-${n}`, 'fail'));
  const after = [answerOf('worse', 'fail'), answerOf('better', 'pass'), answerOf('same', 'pass')];
  const before = [answerOf('better', 'fail'), answerOf('same', 'pass'), answerOf('gone', 'pass')];
  const of = (more: readonly ComplianceAnswer[] = []) => {
    const now = [...after, ...more];
    const change = changeOfFramework({
      ...{ framework, before, after: now, name: 'run-1', beforeAt: NOW, keyOf: (ref: string) => ref },
    });
    return [{ assessment: { ...assessFramework({ framework, answers: now, atMs: NOW }), change } }];
  };

  it.each([
    ['en', 'Newly failing', 'Repaired', 'Newly unknown', 'run-1 (2026-11-28 03:00 UTC)'],
    ['ja', '新たに不合格', '修正済み', '新たに不明', 'run-1 (2026-11-28 12:00 JST)'],
  ] as const)('say in a CSV in %s what became of each, also of what is gone', (language, ...words) => {
    const [failing, repaired, unknown, name] = words;
    const rows = [...reportCsv(of(), head(language))].join('').split('\r\n');
    const endOf = (subject: string) =>
      rows.find((row) => row.includes(`,${subject},`))?.split('bartizan 1,')[1];
    expect(endOf('worse')).toBe(`${failing},${name}`);
    expect(endOf('better')).toBe(`${repaired},${name}`);
    expect(endOf('same')).toBe(`,${name}`);
    expect(endOf('gone')).toBe(`${unknown},${name}`);
    const width = (row: string) => row.split(',').length;
    expect(new Set(rows.filter(Boolean).map(width)).size).toBe(1);
  });
  it('say in OSCAL what became of each, also of what is gone', () => {
    const [result] = reportOscal(of(), head('en'))['assessment-results'].results;
    const changes = (result?.observations ?? []).map(({ subjects, props }) => [
      subjects[0]?.title,
      props.find(({ name }) => name === 'change')?.value,
    ]);
    expect(Object.fromEntries(changes)).toEqual({
      ...{ worse: 'newly-failing', better: 'repaired', same: undefined, gone: 'newly-unknown' },
    });
    expect(result?.props.find(({ name }) => name === 'compared-with')?.value).toBe('run-1');
    const linked = result?.findings?.[0]?.['related-observations'] ?? [];
    expect(linked).toHaveLength(result?.observations?.length ?? 0);
  });
  it('say on paper how many are not shown', () => {
    const text = (language: 'en' | 'ja', more: readonly ComplianceAnswer[]) =>
      JSON.stringify([...reportBlocks(of(more), head(language))]);
    expect(text('en', many)).toContain('2 more are not shown; CSV and OSCAL have all of them');
    expect(text('ja', many)).toContain('ほか 2 件は省略しています');
    expect(text('en', [])).not.toContain('not shown');
  });
  it('are said in no report where nothing is compared', () => {
    expect([...reportCsv(parts, head('en'))].at(-1)).toMatch(/,bartizan 1,,\r\n$/u);
    expect(JSON.stringify(reportOscal(parts, head('en')))).not.toContain('compared');
  });
});

describe('the printed report', () => {
  it('says scope, data date, age, hash, version and limits in both languages', () => {
    for (const [language, limits] of [
      ['en', 'Clauses 4 to 10'],
      ['ja', '箇条 4〜10'],
    ] as const) {
      const text = JSON.stringify([...reportBlocks(parts, head(language))]);
      for (const word of ['local/default', 'bartizan 1', limits, String(parts[0]?.assessment.evidenceSha256)])
        expect(text).toContain(word);
      expect(text).toContain(language === 'ja' ? '2026-11-28 09:00 JST' : '2026-11-28 00:00 UTC');
      expect(text).toContain(language === 'ja' ? '3 時間' : '3 hours');
    }
  });
  it('lists accepted risks with owner and end', () => {
    expect([...reportBlocks(parts, head('en'))]).toContainEqual({
      kind: 'row',
      cells: ['secret', FORMULA, '@ann', 'old', '2026-11-28 03:00 UTC'],
    });
  });
  it('writes instants and ages in words', () => {
    expect(reportTime(Date.UTC(2026, 11, 31, 23, 30), 'ja')).toBe('2027-01-01 08:30 JST');
    expect(reportAge(49 * 3600_000, 'en')).toBe('2 days');
  });
});

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
const TOKEN = /^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$/u;

describe('OSCAL', () => {
  const results = reportOscal(parts, head('en'))['assessment-results'];
  it('has what the model of assessment results requires', () => {
    expect(results.metadata).toMatchObject({
      'oscal-version': '1.2.1',
      'last-modified': '2026-11-28T03:00:00.000Z',
    });
    expect(results['import-ap'].href).toBe('#');
    const [result] = results.results;
    expect(result).toMatchObject({ start: '2026-11-28T00:00:00.000Z', end: '2026-11-28T03:00:00.000Z' });
    expect(result?.['reviewed-controls']['control-selections'][0]).toEqual({
      'include-controls': [{ 'control-id': 'c-8.2' }],
    });
    expect(result?.findings).toHaveLength(1);
    expect(result?.findings?.[0]?.target).toMatchObject({
      type: 'objective-id',
      status: { state: 'not-satisfied', reason: 'fail' },
    });
    expect(result?.findings?.[0]?.['related-observations']).toEqual([
      { 'observation-uuid': result?.observations?.[0]?.uuid },
    ]);
  });
  it('writes lines without spaces at their ends, where they are cut too, without controls and halves of pairs', () => {
    const of = (owner: string) => {
      const accepted = { owner, reason: 'old', until: NOW };
      const [one] = answers.map((answer) => ({ ...answer, accepted }));
      const assessment = assessFramework({ framework, answers: one === undefined ? [] : [one], atMs: NOW });
      const { results: all } = reportOscal([{ assessment }], head('en'))['assessment-results'];
      return all[0]?.observations?.[0]?.props.find(({ name }) => name === 'accepted-by')?.value;
    };
    expect(of(`${'a'.repeat(999)} b`)).toBe('a'.repeat(999));
    expect(of(`${'a'.repeat(999)}😀`)).toBe('a'.repeat(999));
    expect(of(' \u0000\n ')).toBe('-');
    expect(of('one\u001b\ntwo')).toBe('one two');
  });
  it('uses unique ids and tokens in the form OSCAL asks for, the same for the same content', () => {
    const text = JSON.stringify(results);
    const ids = [...text.matchAll(/"uuid":"([^"]*)"/gu)].map((match) => match[1] ?? '');
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(UUID);
    for (const [, id] of text.matchAll(/"(?:target-id|control-id)":"([^"]*)"/gu)) expect(id).toMatch(TOKEN);
    expect(JSON.stringify(reportOscal(parts, head('en'))['assessment-results'])).toBe(text);
  });
});
