// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { type Convert, converted } from './converted.ts';
import type { NeuVectorCriterion } from './read.ts';
import { allOf, anyOf, compare, inList, not, numberOf, setCondition, valuesOf } from './values.ts';

const HUB = 'docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set([
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
]);

/** A registry as our facts name it: no scheme, no path, one name for Docker Hub. */
const registryOf = (value: string): string => {
  const host = value
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  return HUB_NAMES.has(host) ? HUB : host;
};

const isHost = (part: string): boolean => /[.:*]/.test(part) || part === 'localhost';

/** An image as people write it: the registry, the tag and the digest may be left out. */
function imageCondition(value: string, isException: boolean): AdmissionCondition {
  const [name = '', digest] = value.split('@', 2);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const more = [
    ...(tag === undefined ? [] : [compare('container.image.tag', 'any-glob', [tag])]),
    ...(digest === undefined ? [] : [compare('container.image.digest', 'equals', digest)]),
  ];
  if (slash > 0 && isHost(first)) {
    const rest = path.slice(slash + 1);
    const registry = registryOf(first);
    const names = [rest, ...(registry === HUB && !rest.includes('/') ? [`library/${rest}`] : [])];
    return allOf([
      compare('container.image.registry', 'any-glob', [registry]),
      compare('container.image.repository', 'any-glob', names),
      ...more,
    ]);
  }
  const names = path.includes('/') ? [path] : [path, `library/${path}`];
  return allOf([
    compare('container.image.repository', 'any-glob', names),
    ...(isException && path !== '*' ? [compare('container.image.registry', 'equals', HUB)] : []),
    ...more,
  ]);
}

/** `image`: name, with or without registry, tag and digest; stars allowed. */
export const image: Convert = (criterion, { action }) => {
  const values = valuesOf(criterion.value);
  const isException = action === 'allow';
  const some = (patterns: readonly string[]) =>
    anyOf(patterns.map((pattern) => imageCondition(pattern, isException)));
  const bare = values.filter((value) => !isHost(value.split('/', 1)[0] ?? '') || !value.includes('/'));
  return converted(
    'container',
    setCondition(criterion.operator, values, { some }),
    isException && bare.length > 0 && criterion.operator === 'containsAny'
      ? [
          {
            effect: 'stricter',
            detail: {
              en: `${bare.join(', ')} without a registry is taken as an image of Docker Hub, not of any registry`,
              ja: `レジストリのない ${bare.join('、')} は、任意のレジストリではなく Docker Hub のイメージとみなします`,
            },
          },
        ]
      : [],
  );
};

/** `imageRegistry`: with or without scheme and slash at the end. */
export const imageRegistry: Convert = ({ operator, value }) =>
  converted(
    'container',
    setCondition(operator, valuesOf(value).map(registryOf), { some: inList('container.image.registry') }),
  );

/** A list that the scan or the verification of an image gives. */
export const imageList =
  (field: string): Convert =>
  ({ operator, value }) =>
    converted('container', setCondition(operator, valuesOf(value), { some: inList(field) }));

/** `modules`: packages by name. */
export const modules: Convert = ({ operator, value }) =>
  converted(
    'container',
    setCondition(operator, valuesOf(value), {
      some: inList('image.packages'),
      other: (patterns) => ({
        some: 'container.packages',
        where: not(compare('package.name', 'any-glob', [...patterns])),
      }),
    }),
  );

/** `cveNames`: also by the other names of a flaw. */
export const cveNames: Convert = ({ operator, value }) =>
  converted(
    'container',
    setCondition(operator, valuesOf(value), {
      some: inList('image.vulnerabilities.ids'),
      other: (patterns) => ({
        some: 'container.vulnerabilities',
        where: not(compare('vulnerability.names', 'any-glob', [...patterns])),
      }),
    }),
  );

const SEVERITY_NOTE = [
  {
    effect: 'different',
    detail: {
      en: 'severities are those of the advisory, not of CVSS ranges alone',
      ja: '深刻度は CVSS の範囲だけでなく脆弱性情報の評価に基づきます',
    },
  },
] as const;

/** At least, or at most, so many flaws. A count of zero holds for every image that was scanned. */
function countCondition(
  operator: string,
  most: number | undefined,
  where: AdmissionCondition,
): AdmissionCondition | undefined {
  if (most === undefined || !Number.isInteger(most) || most > 100_000) return undefined;
  const atLeast = (number: number): AdmissionCondition =>
    number === 0
      ? compare('image.scanned', 'equals', true)
      : { count: 'container.vulnerabilities', where, atLeast: number };
  if (operator === '>=') return atLeast(most);
  return operator === '<=' ? not(atLeast(most + 1)) : undefined;
}

const subNumber = (criterion: NeuVectorCriterion, name: string): number | undefined | 'wrong' => {
  const sub = criterion.sub.find((one) => one.name === name);
  if (sub === undefined) return undefined;
  return sub.operator === '>=' ? (numberOf(sub.value) ?? 'wrong') : 'wrong';
};

const hasOnly = (criterion: NeuVectorCriterion, known: readonly string[]): boolean =>
  criterion.sub.every(({ name }) => known.includes(name));

/** Counts of flaws by severity, with or without a fix; `publishDays` leaves out flaws younger than that. */
export const cveCount =
  (severities: readonly string[], onlyFixable: boolean): Convert =>
  (criterion) => {
    const days = subNumber(criterion, 'publishDays');
    if (days === 'wrong' || !hasOnly(criterion, ['publishDays'])) return converted('container', undefined);
    const where = allOf([
      compare('vulnerability.severity', 'in', [...severities]),
      ...(onlyFixable ? [compare('vulnerability.fixable', 'equals', true)] : []),
      ...(days === undefined ? [] : [not(compare('vulnerability.ageDays', 'less-than', days))]),
    ]);
    return converted(
      'container',
      countCondition(criterion.operator, numberOf(criterion.value), where),
      SEVERITY_NOTE,
    );
  };

/** `cveScoreCount`: so many flaws with at least that CVSS score. */
export const cveScoreCount: Convert = (criterion) => {
  const score = numberOf(criterion.value);
  const count = subNumber(criterion, 'count');
  if (
    score === undefined ||
    count === 'wrong' ||
    criterion.operator !== '>=' ||
    !hasOnly(criterion, ['count'])
  )
    return converted('container', undefined);
  const where = not(compare('vulnerability.score', 'less-than', score));
  return converted('container', countCondition('>=', count ?? 1, where));
};

/** `cveScore`: the worst CVSS score. */
export const cveScore: Convert = ({ operator, value, sub }) => {
  const score = numberOf(value);
  if (score === undefined || operator !== '>=' || sub.length > 0) return converted('container', undefined);
  return converted('container', not(compare('image.vulnerabilities.maxScore', 'less-than', score)));
};
