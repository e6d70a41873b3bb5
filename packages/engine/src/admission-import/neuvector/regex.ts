// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { type Converted, converted, type NotConverted } from './converted.ts';
import { not } from './values.ts';

const LENGTH_MAX = 256;
const LITERAL = /[A-Za-z0-9_@:/ -]/;

/**
 * The globs that say the same as a regular expression, when there are some: literal text, `.*`, `.`, anchors and one
 * level of alternatives at the top. Regular expressions themselves never run on foreign text.
 */
export function globsOfRegex(pattern: string): string[] | undefined {
  if (pattern === '' || pattern.length > LENGTH_MAX) return undefined;
  const globs = pattern.split('|').map(globOf);
  return globs.every((glob) => glob !== undefined) ? globs.flatMap((glob) => glob ?? []) : undefined;
}

/** The glob of the token at a place, and how long the token is; nothing for what globs cannot say. */
function tokenAt(body: string, at: number): { readonly glob: string; readonly length: number } | undefined {
  const [character = '', next = ''] = [body[at], body[at + 1]];
  if (character === '.') {
    if (next === '*') return { glob: '*', length: 2 };
    return next === '+' ? { glob: '?*', length: 2 } : { glob: '?', length: 1 };
  }
  if (character === '\\') return ['.', '-', '/'].includes(next) ? { glob: next, length: 2 } : undefined;
  // A literal that is repeated says more than a glob can.
  if (!LITERAL.test(character) || '*+?{'.includes(next || ' ')) return undefined;
  return { glob: character, length: 1 };
}

function globOf(pattern: string): string | undefined {
  const fromStart = pattern.startsWith('^');
  const toEnd = pattern.endsWith('$') && !pattern.endsWith('\\$');
  const body = pattern.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  let glob = '';
  for (let at = 0; at < body.length; ) {
    const token = tokenAt(body, at);
    if (token === undefined) return undefined;
    glob += token.glob;
    at += token.length;
  }
  return `${fromStart ? '' : '*'}${glob}${toEnd ? '' : '*'}`.replaceAll(/\*{2,}/g, '*') || undefined;
}

/** The operators `regex` and `!regex`; nothing for other operators. */
export function regexCondition(
  operator: string,
  value: string,
  ask: (globs: readonly string[]) => AdmissionCondition,
): Converted | NotConverted | undefined {
  if (operator !== 'regex' && operator !== '!regex') return undefined;
  const globs = globsOfRegex(value);
  if (globs === undefined)
    return {
      why: {
        en: 'the regular expression says more than globs can',
        ja: '正規表現をワイルドカードで表せません',
      },
    };
  const condition = ask(globs);
  return converted('request', operator === 'regex' ? condition : not(condition));
}
