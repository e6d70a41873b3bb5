// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FilterTerm, SecurityEvent } from '@bartizan/contracts';

const glob = (pattern: string, value: string): boolean => {
  const parts = pattern.toLowerCase().split('*');
  const text = value.toLowerCase();
  if (parts.length === 1) return text === parts[0];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = text.indexOf(part, at);
    if (found < 0 || (index === 0 && found !== 0)) return false;
    at = found + part.length;
  }
  return parts.at(-1) === '' || text.endsWith(parts.at(-1) ?? '');
};

/** As the store folds what it searches. */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** All that the store searches for a word in an event, in its order: a term may span two of them. */
const wordsOf = ({
  workload,
  node,
  rule,
  title,
  message,
  chain,
  files,
  connections,
}: SecurityEvent): string =>
  [
    workload.namespace,
    workload.name,
    workload.containerName,
    workload.pod,
    workload.image,
    node,
    rule,
    title.en,
    title.ja,
    message.en,
    message.ja,
    ...(chain === undefined ? [] : [chain.process.executable, ...chain.process.arguments]),
    ...files,
    ...connections.map(({ remoteAddress }) => remoteAddress),
  ]
    .filter((word) => word !== undefined && word !== '')
    .map((word) => `${word} `)
    .join('');

/** The values of an event that a field of the filter looks at; undefined for a field we do not know. */
const valuesOf = (event: SecurityEvent, field: string): readonly string[] | undefined => {
  switch (field) {
    case 'severity':
      return [event.severity];
    case 'verdict':
      return [event.decision.verdict];
    case 'rule':
      return [event.rule];
    case 'workload':
      return [event.workload.workload];
    case 'name':
      return [event.workload.name];
    case 'namespace':
      return [event.workload.namespace];
    case 'cluster':
      return [event.cluster];
    case 'owasp':
      return [...event.owasp['2022'], ...event.owasp['2025']];
    case 'attack':
      return event.attack;
    default:
      return undefined;
  }
};

/**
 * Whether a live event belongs to the list as filtered, as far as the browser can tell. A field it does not know
 * counts as a match: the pill may then promise one too many, never hide one.
 */
export const matchesFilter = (event: SecurityEvent, terms: readonly FilterTerm[]): boolean =>
  terms.every((term) => {
    if (term.operator !== 'in') return true;
    const values = term.field === '' ? [fold(wordsOf(event))] : valuesOf(event, term.field);
    // A node may be meant by its name, and an event holds the id only.
    if (values === undefined) return true;
    const patternOf = (wanted: string): string => (term.field === '' ? `*${fold(wanted)}*` : wanted);
    return (
      term.values.some((wanted) => values.some((value) => glob(patternOf(wanted), value))) !== term.negated
    );
  });
