// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoodItem } from '../gate/standing.ts';
import { toGithub } from './github.ts';
import { toGitlabContainer, toGitlabQuality } from './gitlab.ts';
import { toJunit } from './junit.ts';
import { counts, type RunReport, shortcomings, type TargetReport } from './run-report.ts';
import { toSarif } from './sarif.ts';

const item = (more: Partial<StoodItem> = {}): StoodItem => ({
  kind: 'vulnerability',
  id: 'CVE-2021-44906',
  aliases: ['GHSA-xvch-5gv4-984h'],
  severity: 'high',
  title: 'prototype pollution',
  fix: '1.2.6',
  package: { name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5', ecosystem: 'npm' },
  paths: ['app/node_modules/minimist/package.json'],
  fingerprint: 'a'.repeat(32),
  ordinal: 1,
  standing: { state: 'open' },
  ...more,
});
const secret = (more: Partial<StoodItem> = {}): StoodItem => {
  const { package: _package, ...rest } = item({
    kind: 'secret',
    id: 'secret.token',
    title: 'a token in /srv/a b:c.env',
    paths: ['srv/a b:c.env'],
    line: 3,
    column: 7,
    fingerprint: 'b'.repeat(32),
    ...more,
  });
  return rest;
};
const ACCEPTED: StoodItem['standing'] = {
  state: 'accepted',
  exception: { id: 'x', owner: 'team-web', reason: 'r', expires: '2027-01-01', expiresAtMs: 0 },
};
const target = (items: readonly StoodItem[], more: Partial<TargetReport> = {}): TargetReport => ({
  kind: 'image',
  name: '127.0.0.1:5000/app:1',
  digest: `sha256:${'1'.repeat(64)}`,
  platform: 'linux/amd64',
  operatingSystem: 'Debian GNU/Linux 12',
  items,
  incomplete: [],
  isJudged: true,
  unjudged: [],
  ...more,
});
const report = (targets: readonly TargetReport[], failOn?: Severity): RunReport => ({
  toolVersion: '0.1.0',
  startedAtMs: 0,
  endedAtMs: 1500,
  ...(failOn === undefined ? {} : { failOn }),
  targets,
  failures: [],
});
const INCOMPLETE = [{ code: 'scan.malformed', path: '/', detail: 'cut' }] as const;

/** Names of elements in the order they open; throws when the text is not well-formed (elements, attributes, entities). */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  let at = xml.indexOf('?>') + 2;
  const tag = /<(\/?)([a-z-]+)((?: [a-zA-Z]+="[^"<]*")*)(\/?)>/y;
  while (at < xml.length) {
    const next = xml.indexOf('<', at);
    const text = xml.slice(at, next < 0 ? undefined : next);
    if (/&(?!amp;|lt;|gt;|quot;|#\d+;)|>/.test(text)) throw new Error(`text ${text}`);
    if (next < 0) break;
    tag.lastIndex = next;
    const [all, closes, name = '', attributes = '', isEmpty] = tag.exec(xml) ?? [];
    if (all === undefined) throw new Error(`tag at ${xml.slice(next, next + 80)}`);
    if (/&(?!amp;|lt;|gt;|quot;|#\d+;)/.test(attributes)) throw new Error(`attribute ${attributes}`);
    if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      names.push(name);
      if (isEmpty !== '/') open.push(name);
    }
    at = next + all.length;
  }
  if (open.length > 0) throw new Error(`open: ${open.join()}`);
  return names;
}

describe('JUnit', () => {
  it('tells failures, answered findings, errors and what passes apart', () => {
    const text = toJunit(
      report(
        [
          target([item(), item({ severity: 'low', ordinal: 2 }), item({ standing: ACCEPTED, ordinal: 3 })], {
            incomplete: INCOMPLETE,
          }),
        ],
        'medium',
      ),
    );
    expect(text).toContain(
      '<testsuites name="bartizan scan" tests="4" failures="1" errors="1" time="1.500">',
    );
    expect(text).toContain('tests="4" failures="1" errors="1" skipped="1"');
    expect(text).toContain('<skipped message="accepted until 2027-01-01 (team-web): r"/>');
    expect(elementsOf(text).filter((name) => name === 'testcase')).toHaveLength(4);
  });

  it('has a case where nothing was found, and an error where nothing was scanned', () => {
    expect(toJunit(report([target([])]))).toContain('tests="1" failures="0" errors="0"');
    const failed = { ...report([]), failures: [{ name: 'x', code: 'E_REGISTRY_MISSING', detail: '404' }] };
    expect(toJunit(failed)).toContain('<error type="E_REGISTRY_MISSING" message="404"/>');
  });

  it('is well-formed whatever was found (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }), (title, id) => {
        const text = toJunit(report([target([item({ title, id }), secret({ title })], { name: title })]));
        expect(elementsOf(text)).toContain('failure');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold
        expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(text.isWellFormed()).toBe(true);
      }),
      { seed: 7, numRuns: 150 },
    );
  });
});

describe('GitHub annotations', () => {
  it('say what counts as errors, what does not as warnings, and how many are answered for', () => {
    const lines = toGithub(
      report([target([item(), item({ severity: 'low' }), item({ standing: ACCEPTED })])], 'high'),
    );
    expect(lines.split('\n')).toEqual([
      expect.stringMatching(
        /^::error title=high%3A CVE-2021-44906,file=app\/node_modules\/minimist\/package\.json::/,
      ),
      expect.stringMatching(/^::warning title=low%3A /),
      '::notice title=Bartizan::1 targets, 2 open findings, 1 answered for (statements, exceptions, baseline)',
      '',
    ]);
  });

  it('say how many more there are than are shown', () => {
    const many = Array.from({ length: 30 }, () => item());
    const lines = toGithub(report([target(many)])).split('\n');
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(lines[9]).toBe('::error::21 more findings of this kind: see the report');
  });

  it('never let what was found give a command of its own (property)', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        const hostile = `${one}\r\n::stop-commands::x\n${two}`;
        const text = toGithub(report([target([item({ title: hostile, id: hostile, paths: [hostile] })])]));
        for (const line of text.trimEnd().split(/[\r\n]/))
          expect(line).toMatch(/^::(error|warning|notice)[ :]/);
        expect(text.split('\n')).toHaveLength(3);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('GitLab reports', () => {
  it('name the image, the package, every id, and who answers for it', () => {
    const both = toGitlabContainer(report([target([item({ standing: ACCEPTED }), secret()])]));
    expect(both).toMatchObject({
      scan: { type: 'container_scanning', status: 'success', start_time: '1970-01-01T00:00:00' },
      vulnerabilities: [
        {
          severity: 'High',
          identifiers: [{ type: 'cve' }, { type: 'ghsa', value: 'GHSA-xvch-5gv4-984h' }],
          location: {
            image: '127.0.0.1:5000/app:1',
            dependency: { package: { name: 'minimist' }, version: '1.2.5' },
          },
          details: { standing: { value: 'accepted until 2027-01-01 (team-web): r' } },
        },
      ],
    });
  });

  it('fail when the scan is not complete, and give an archive its digest as a name', () => {
    const cut = toGitlabContainer(report([target([item()], { incomplete: INCOMPLETE, name: 'app.tar' })]));
    expect(cut).toMatchObject({
      scan: { status: 'failure' },
      vulnerabilities: [{ location: { image: `app.tar@sha256:${'1'.repeat(64)}` } }],
    });
    expect(JSON.stringify(cut)).toContain('scan.malformed');
  });

  it('show in code quality what somebody answers for as information', () => {
    expect(
      toGitlabQuality(report([target([item({ standing: ACCEPTED }), secret({ severity: 'critical' })])])),
    ).toMatchObject([
      {
        severity: 'info',
        description: expect.stringContaining('[accepted until'),
        location: { lines: { begin: 1 } },
      },
      { severity: 'blocker', location: { path: 'srv/a b:c.env', lines: { begin: 3 } } },
    ]);
  });
});

describe('SARIF', () => {
  const run = (value: object) => (value as { runs: [{ results: object[]; invocations: object[] }] }).runs[0];

  it('marks suppressed and known results, and keeps them', () => {
    const items = [
      item({ standing: { state: 'known', since: '2026-01-01T00:00:00Z' }, isInBaseline: true }),
      item({ standing: ACCEPTED, isInBaseline: false }),
    ];
    const { results } = run(toSarif(report([target(items)])));
    expect(results).toMatchObject([
      { baselineState: 'unchanged' },
      { baselineState: 'new', suppressions: [{ kind: 'external', status: 'accepted' }] },
    ]);
  });

  it('gives URIs that are URIs, and a place to what has none', () => {
    const { results } = run(toSarif(report([target([secret(), item({ paths: [] })])])));
    expect(results).toMatchObject([
      { locations: [{ physicalLocation: { artifactLocation: { uri: 'srv/a%20b%3Ac.env' } } }] },
      { locations: [{ physicalLocation: { artifactLocation: { uri: '127.0.0.1%3A5000/app%3A1' } } }] },
    ]);
  });

  it('is written whatever half of a character a document has in a path', () => {
    const { results } = run(toSarif(report([target([item({ paths: ['a\ud800b'] })], { name: '\udc00' })])));
    expect(results).toMatchObject([
      { locations: [{ physicalLocation: { artifactLocation: { uri: 'a%EF%BF%BDb' } } }] },
    ]);
  });

  it('is not a success when something is missing, and says what', () => {
    const { invocations } = run(toSarif(report([target([], { isJudged: false, incomplete: INCOMPLETE })])));
    expect(invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }, { level: 'error' }] },
    ]);
  });

  it('keeps to the limit of readers and says what is cut', () => {
    const many = Array.from({ length: 25_001 }, () => item());
    const { results, invocations } = run(toSarif(report([target(many)])));
    expect(results).toHaveLength(25_000);
    expect(JSON.stringify(invocations)).toContain('1 more results are not in this file');
  });
});

describe('ids of GitLab', () => {
  const ids = (...targets: readonly TargetReport[]): string[] =>
    (toGitlabQuality(report(targets)) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
  const containerIds = (...targets: readonly TargetReport[]): string[] =>
    (toGitlabContainer(report(targets)) as { vulnerabilities: { id: string }[] }).vulnerabilities.map(
      ({ id }) => id,
    );
  const image = (name: string, more: Partial<TargetReport> = {}) => target([item()], { name, ...more });

  it.each([
    ['tags of one repository', image('r.example:5000/app:v1'), image('r.example:5000/app:v2')],
    ['repositories, also from different jobs', image('r.example/app:v1'), image('r.example/web:v1')],
    ['platforms', image('r.example/app:v1'), image('r.example/app:v1', { platform: 'linux/arm64' })],
    ['archives', image('/builds/x@2/app.tar'), image('/builds/x@2/web.tar')],
    ['containers', image('shop', { kind: 'container' }), image('web', { kind: 'container' })],
  ])('tell two %s apart', (_what, one, other) => {
    expect(new Set(ids(one, other)).size).toBe(2);
    expect(containerIds(one, other)).toEqual(ids(one, other));
    if (one.kind === 'image' && one.name.split(':v')[0] !== other.name.split(':v')[0])
      expect(ids(one)).not.toEqual(ids(other));
  });

  it('are the same in another run, and for the next tag of an image', () => {
    const [v1, v2] = [image('r.example:5000/app:v1'), image('r.example:5000/app:v2')];
    expect(ids(v1)).toEqual(ids(v1));
    expect(ids(v1)).toEqual(ids(v2));
    expect(ids(v1)).toEqual(ids(image(`r.example:5000/app@sha256:${'2'.repeat(64)}`)));
    const folder = (name: string) => image(name, { kind: 'directory' });
    expect(ids(folder('/builds/0/shop'))).toEqual(ids(folder('/builds/7/shop')));
    expect(ids(v1)[0]).toContain(item().fingerprint);
  });

  it('tell the accepted finding of one image from the open one of another', () => {
    const accepted = target([item({ standing: ACCEPTED })], { name: 'r.example/app:v2' });
    const entries = toGitlabQuality(report([image('r.example/app:v1'), accepted]));
    const kept = new Map(
      (entries as { fingerprint: string; severity: string }[]).map(({ fingerprint, severity }) => [
        fingerprint,
        severity,
      ]),
    );
    expect([...kept.values()].sort()).toEqual(['critical', 'info']);
  });
});

describe('code quality of GitLab', () => {
  const GAP = { ecosystem: 'npm', packages: 3, reason: 'no advisories', isGap: true };
  const failed = { name: 'r.example/gone:1', code: 'E_REGISTRY_MISSING', detail: 'not there' };
  interface Entry {
    readonly check_name: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly description: string;
    readonly location: { readonly path: string };
  }
  const entriesOf = (one: RunReport) => toGitlabQuality(one) as Entry[];

  it.each<[string, Partial<TargetReport>, string, string]>([
    ['was cut short', { incomplete: INCOMPLETE }, 'scan.incomplete', 'scan.malformed /: cut'],
    ['had no advisories', { isJudged: false }, 'advisories.missing', 'vulnerabilities are unknown'],
    ['has packages nobody speaks of', { unjudged: [GAP] }, 'advisories.missing', 'npm: vulnerabilities of 3'],
  ])('is not the empty list of a clean scan when the scan %s', (_what, more, check, said) => {
    const entries = entriesOf(report([target([], more)]));
    expect(entries).toMatchObject([
      { check_name: check, severity: 'major', location: { path: '127.0.0.1:5000/app:1' } },
    ]);
    expect(entries[0]?.description).toContain(said);
    expect(entriesOf(report([target([], more)]))).toEqual(entries);
  });

  it('is not the empty list of a clean scan when a target could not be scanned', () => {
    expect(entriesOf({ ...report([]), failures: [failed] })).toMatchObject([
      {
        ...{ check_name: 'scan.failed', severity: 'major', location: { path: 'r.example/gone:1' } },
        description: 'the target was not scanned: E_REGISTRY_MISSING: not there',
      },
    ]);
  });

  it('gives each shortcoming an id of its own, the same for the next tag', () => {
    const lacking = { incomplete: [...INCOMPLETE, ...INCOMPLETE], isJudged: false, unjudged: [GAP] };
    const idsOf = (tag: string) =>
      entriesOf({
        ...report([target([], { ...lacking, name: `r.example/app:${tag}` }), target([], lacking)]),
        failures: [failed, { ...failed, name: 'r.example/gone:2' }],
      }).map(({ fingerprint }) => fingerprint);
    expect(idsOf('v1')).toHaveLength(10);
    expect(new Set(idsOf('v1')).size).toBe(10);
    expect(idsOf('v2')).toEqual(idsOf('v1'));
  });

  it('is empty for a scan that read and judged everything', () => {
    expect(entriesOf(report([target([], { unjudged: [{ ...GAP, isGap: false }] })]))).toEqual([]);
  });
});

describe('an image that its signature policy', () => {
  const reasons = ['apps: signature by key k: no signature of this kind lies beside the image'];
  const signed = (outcome: 'fulfilled' | 'refused' | 'unknown'): RunReport =>
    report([target([], { signature: { outcome, reasons: outcome === 'fulfilled' ? [] : reasons } })], 'high');
  const all = (one: RunReport): string[] => [
    toJunit(one),
    toGithub(one),
    JSON.stringify(toSarif(one)),
    JSON.stringify(toGitlabContainer(one)),
    JSON.stringify(toGitlabQuality(one)),
  ];

  it('refuses is a failure in every form, with the reason', () => {
    const refused = signed('refused');
    for (const text of all(refused)) expect(text).toContain('no signature of this kind');
    const xml = toJunit(refused);
    expect(elementsOf(xml)).toContain('failure');
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toContain('<failure type="signature.refused"');
    expect(toGithub(refused)).toMatch(/^::error title=signature.refused::127\.0\.0\.1:5000\/app:1/);
    expect(toGithub(refused)).toContain(', 1 refused by the signature policy');
    expect(toSarif(refused)).toMatchObject({
      runs: [
        {
          tool: { driver: { rules: [{ id: 'signature.refused' }] } },
          invocations: [{ executionSuccessful: true }],
          results: [{ ruleId: 'signature.refused', level: 'error' }],
        },
      ],
    });
    expect(toGitlabContainer(refused)).toMatchObject({
      scan: { status: 'failure', messages: [{ level: 'fatal' }] },
    });
    expect(toGitlabQuality(refused)).toMatchObject([
      { check_name: 'signature.refused', severity: 'blocker', location: { path: '127.0.0.1:5000/app:1' } },
    ]);
    expect(shortcomings(refused)).toEqual([]);
  });

  it('cannot judge is something that was not done', () => {
    const unknown = signed('unknown');
    for (const text of all(unknown)) expect(text).toContain('no signature of this kind');
    expect(shortcomings(unknown)).toEqual([
      expect.stringContaining('127.0.0.1:5000/app:1 (linux/amd64): signature policy: unknown: apps'),
    ]);
    expect(toJunit(unknown)).toContain('tests="2" failures="0" errors="1"');
    expect(toSarif(unknown)).toMatchObject({
      runs: [{ invocations: [{ executionSuccessful: false }], results: [] }],
    });
    expect(toGitlabContainer(unknown)).toMatchObject({ scan: { status: 'failure' } });
    expect(toGitlabQuality(unknown)).toMatchObject([{ check_name: 'signature.unknown', severity: 'major' }]);
    expect(toGithub(unknown)).toMatch(/^::warning title=incomplete::/);
  });

  it('accepts is clean', () => {
    const fulfilled = signed('fulfilled');
    expect(toJunit(fulfilled)).toContain('tests="2" failures="0" errors="0"');
    expect(toGitlabContainer(fulfilled)).toMatchObject({ scan: { status: 'success', messages: [] } });
    expect(toGitlabQuality(fulfilled)).toEqual([]);
    expect(toGithub(fulfilled)).toMatch(/^::notice /);
  });
});

describe('a run', () => {
  it('counts what is open and bad enough', () => {
    expect(counts(item(), 'high')).toBe(true);
    expect(counts(item({ severity: 'low' }), 'high')).toBe(false);
    expect(counts(item({ severity: 'low' }), undefined)).toBe(true);
    expect(counts(item({ standing: ACCEPTED }), undefined)).toBe(false);
  });

  it('tells every shortcoming with its target', () => {
    const failed = { name: 'b', code: 'E_X', detail: 'y' };
    expect(shortcomings({ ...report([target([], { incomplete: INCOMPLETE })]), failures: [failed] })).toEqual(
      ['127.0.0.1:5000/app:1 (linux/amd64): scan.malformed /: cut', 'b: E_X: y'],
    );
  });
});
