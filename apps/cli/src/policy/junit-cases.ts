// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { element, escaped } from '../report/xml.ts';

/** One case of a JUnit report. */
export interface JunitCase {
  readonly suite: string;
  readonly name: string;
  /** What went wrong; nothing for a case that passed. */
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  /** The case could not be looked at. */
  readonly isError?: boolean;
}

const caseXml = ({ suite, name, failure, isError }: JunitCase): string =>
  element(
    'testcase',
    { classname: suite, name, time: 0 },
    failure === undefined
      ? ''
      : element(
          isError === true ? 'error' : 'failure',
          { type: failure.type, message: failure.message },
          escaped(failure.text),
        ),
  );

const countsOf = (cases: readonly JunitCase[]) => ({
  tests: cases.length,
  failures: cases.filter(({ failure, isError }) => failure !== undefined && isError !== true).length,
  errors: cases.filter(({ isError }) => isError === true).length,
});

/** JUnit XML: a suite for every name of one, in the order in which they come first. */
export function toCasesXml(title: string, cases: readonly JunitCase[]): string {
  const suites = new Map<string, JunitCase[]>();
  for (const one of cases) {
    const list = suites.get(one.suite);
    if (list === undefined) suites.set(one.suite, [one]);
    else list.push(one);
  }
  const body = [...suites].map(([name, own]) =>
    element(
      'testsuite',
      { name, ...countsOf(own), skipped: 0, time: 0 },
      `\n${own.map(caseXml).join('\n')}\n`,
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: title, ...countsOf(cases) }, `\n${body.join('\n')}\n`)}\n`;
}
