// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Purl, parsePurl, writePurl } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';
import explained from './differences.json' with { type: 'json' };

const FOLDER = 'fixtures/versions/purl';

/** Parts as the cases of purl-spec state them. */
interface Parts {
  readonly type: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly version: string | null;
  readonly qualifiers: Readonly<Record<string, string>> | null;
  readonly subpath: string | null;
}

/** One case of purl-spec (schema 0.2). */
interface PurlCase {
  readonly description: string;
  readonly test_type: 'parse' | 'build' | 'validate';
  readonly input: string | Parts;
  readonly expected_output: string | Parts | null;
  readonly expected_failure: boolean;
}

const cases = (): { file: string; one: PurlCase }[] =>
  readdirSync(join(SHARED, FOLDER))
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { tests } = JSON.parse(readFileSync(join(SHARED, FOLDER, file), 'utf8')) as {
        tests: readonly PurlCase[];
      };
      return tests.map((one) => ({ file, one }));
    });

const orNull = (text: string): string | null => (text === '' ? null : text);
const partsOf = (purl: Purl): Parts => ({
  type: purl.type,
  namespace: orNull(purl.namespace),
  name: purl.name,
  version: orNull(purl.version),
  qualifiers: purl.qualifiers.size === 0 ? null : Object.fromEntries(purl.qualifiers),
  subpath: orNull(purl.subpath),
});

/** What is written of parts is only a package URL when it can be read again: that is how parts are refused. */
const build = (parts: Parts): string | undefined => {
  const { type, namespace, name, version, qualifiers, subpath } = parts;
  const written = writePurl({
    type: type ?? '',
    namespace: namespace ?? '',
    name: name ?? '',
    version: version ?? '',
    qualifiers: qualifiers ?? {},
    subpath: subpath ?? '',
  });
  return name === null || parsePurl(written) === undefined ? undefined : written;
};

const rewritten = (text: string): string | undefined => {
  const purl = parsePurl(text);
  return purl === undefined
    ? undefined
    : writePurl({ ...purl, qualifiers: Object.fromEntries(purl.qualifiers) });
};

/** What we say to a case; undefined for a refusal. */
const answer = (one: PurlCase): string | Parts | undefined => {
  if (typeof one.input !== 'string') return build(one.input);
  if (one.test_type === 'validate') return rewritten(one.input);
  const purl = parsePurl(one.input);
  return purl === undefined ? undefined : partsOf(purl);
};

const canonical = (value: string | Parts | null | undefined): string => {
  if (value === null || value === undefined) return 'refused';
  if (typeof value === 'string') return value;
  const { qualifiers, ...rest } = value;
  const sorted = Object.entries(qualifiers ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([Object.entries(rest).sort(([left], [right]) => (left < right ? -1 : 1)), sorted]);
};

const nameOf = ({ file, one }: { file: string; one: PurlCase }): string =>
  `${file} ${one.test_type} ${typeof one.input === 'string' ? one.input : JSON.stringify(one.input)}`;

describe.skipIf(!hasShared(FOLDER))('the cases of purl-spec', () => {
  it('are read and written as they say, but for differences that are explained', () => {
    const all = cases();
    const failing = all.filter(
      ({ one }) => canonical(answer(one)) !== canonical(one.expected_failure ? null : one.expected_output),
    );
    const known: Readonly<Record<string, string>> = explained;
    expect(failing.map(nameOf).filter((name) => known[name] === undefined)).toEqual([]);
    expect(
      Object.keys(known).filter((name) => !failing.map(nameOf).includes(name)),
      'explained, and no longer different',
    ).toEqual([]);
    report('purl', all.length - failing.length, all.length);
  });
});
