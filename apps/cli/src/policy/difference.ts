// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicyChange } from '@bartizan/contracts';
import type { CliContext } from '../context.ts';
import { plain } from '../output/width.ts';
import { isMapping } from './kubernetes-object.ts';

const LINES_MAX = 20;
const VALUE_MAX = 160;

const shown = (value: unknown): string => {
  const text = value === undefined ? '-' : JSON.stringify(value);
  return plain(text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}...` : text);
};

/** Fields that differ, with both values; lists are compared as a whole, since their order means something. */
function* differences(before: unknown, after: unknown, path = ''): Generator<string> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if (!isMapping(before) || !isMapping(after)) {
    yield `      ${plain(path)}: ${shown(before)} -> ${shown(after)}`;
    return;
  }
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
    yield* differences(before[key], after[key], path === '' ? key : `${path}.${key}`);
}

const MARKS: Readonly<Record<PolicyChange['action'], string>> = {
  create: '+',
  update: '~',
  remove: '-',
  unchanged: '=',
  gone: '?',
  foreign: '.',
  conflict: '!',
};

/** What a push would do, object by object; what stays as it is is only counted. */
export function changeLines(changes: readonly PolicyChange[], { t }: CliContext): string[] {
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .flatMap(({ kind, id, action, origin, before, after }) => {
      const from = origin === undefined ? '' : ` [${origin}]`;
      const head = plain(`  ${MARKS[action]} ${kind}/${id}${from}: ${t(`sync.${action}`)}`);
      if (action !== 'update' && action !== 'conflict') return [head];
      const fields = [...differences(before, after)];
      const more = fields.length - LINES_MAX;
      return [
        head,
        ...fields.slice(0, LINES_MAX),
        ...(more > 0 ? [t('simulate.more', { count: more })] : []),
      ];
    });
}
