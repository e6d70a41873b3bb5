// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import { type StoodItem, standingText } from '../gate/standing.ts';
import { messageOf } from './item.ts';
import {
  counts,
  REFUSED_SIGNATURE,
  type RunReport,
  signatureText,
  type TargetReport,
  targetTitle,
} from './run-report.ts';
import { unjudgedText } from './unjudged.ts';
import { element, escaped } from './xml.ts';

interface Case {
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
  readonly text: string;
}

function itemCase(item: StoodItem, classname: string, failOn: Severity | undefined): Case {
  const name =
    item.package === undefined ? item.id : `${item.id} ${item.package.name} ${item.package.version}`;
  const wrap = (state: Case['state'], body: string): Case => ({
    state,
    text: element(
      'testcase',
      { classname, name: item.ordinal > 1 ? `${name} (${item.ordinal})` : name, time: 0 },
      body,
    ),
  });
  const place = item.paths.join(', ');
  const told = `${messageOf(item)}${place === '' ? '' : ` [${place}]`}`;
  if (item.standing.state !== 'open')
    return wrap('skipped', element('skipped', { message: standingText(item.standing) }));
  const note = item.standing.expired === undefined ? '' : ` (${standingText(item.standing)})`;
  return counts(item, failOn)
    ? wrap(
        'failure',
        element(
          'failure',
          { type: item.severity, message: `${item.severity}: ${item.id}${note}` },
          escaped(told),
        ),
      )
    : wrap('passed', element('system-out', {}, escaped(`${item.severity}: ${told}`)));
}

/** The scan itself is a case: a target without findings is then no empty suite, and one that was cut short no green one. */
function scanCase({ incomplete, isJudged, unjudged }: TargetReport, classname: string): Case {
  const lines = [
    ...incomplete.map(({ code, path, detail }) => `${code} ${path}: ${detail}`),
    ...(isJudged ? [] : ['no advisories: vulnerabilities are unknown']),
    ...unjudged.filter(({ isGap }) => isGap).map(unjudgedText),
  ];
  const remarked = unjudged.filter(({ isGap }) => !isGap).map(unjudgedText);
  const error =
    lines.length === 0
      ? ''
      : element(
          'error',
          { type: 'incomplete', message: 'the scan is not complete' },
          escaped(lines.join('\n')),
        );
  const told = remarked.length === 0 ? '' : element('system-out', {}, escaped(remarked.join('\n')));
  return {
    state: lines.length === 0 ? 'passed' : 'error',
    text: element('testcase', { classname, name: 'scan', time: 0 }, `${error}${told}`),
  };
}

/** What the signature policy says is a case of its own: refused is something found, unknown something not done. */
function signatureCase({ signature }: TargetReport, classname: string): readonly Case[] {
  if (signature === undefined) return [];
  const { outcome } = signature;
  const told = escaped(signatureText(signature));
  const { id: type, title: message } = REFUSED_SIGNATURE;
  const body = {
    fulfilled: '',
    refused: element('failure', { type, message }, told),
    unknown: element(
      'error',
      { type: 'signature.unknown', message: 'nobody can judge the signatures' },
      told,
    ),
  }[outcome];
  const state = ({ fulfilled: 'passed', refused: 'failure', unknown: 'error' } as const)[outcome];
  return [{ state, text: element('testcase', { classname, name: 'signature policy', time: 0 }, body) }];
}

const count = (cases: readonly Case[], state: Case['state']): number =>
  cases.filter((one) => one.state === state).length;

const suite = (name: string, cases: readonly Case[], timestamp: string): string =>
  element(
    'testsuite',
    {
      name,
      tests: cases.length,
      failures: count(cases, 'failure'),
      errors: count(cases, 'error'),
      skipped: count(cases, 'skipped'),
      time: 0,
      timestamp,
    },
    `\n${cases.map(({ text }) => text).join('\n')}\n`,
  );

/**
 * A run as JUnit XML, the form that Jenkins, GitLab and others read: a suite a target, a case a finding. What counts is a
 * failure, what somebody answers for is skipped with its reason, and what was not read is an error.
 */
export function toJunit(report: RunReport): string {
  const timestamp = new Date(report.startedAtMs).toISOString().slice(0, 19);
  const suites = report.targets.map((target) => {
    const classname = targetTitle(target);
    return {
      name: classname,
      cases: [
        scanCase(target, classname),
        ...signatureCase(target, classname),
        ...target.items.map((item) => itemCase(item, classname, report.failOn)),
      ],
    };
  });
  const failed = report.failures.map(({ name, code, detail }) => ({
    name,
    cases: [
      {
        state: 'error' as const,
        text: element(
          'testcase',
          { classname: name, name: 'scan', time: 0 },
          element('error', { type: code, message: detail }),
        ),
      },
    ],
  }));
  const all = [...suites, ...failed];
  const cases = all.flatMap((one) => one.cases);
  const values = {
    name: 'bartizan scan',
    tests: cases.length,
    failures: count(cases, 'failure'),
    errors: count(cases, 'error'),
    time: ((report.endedAtMs - report.startedAtMs) / 1000).toFixed(3),
  };
  const body = all.map(({ name, cases: own }) => suite(name, own, timestamp)).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', values, `\n${body}\n`)}\n`;
}
