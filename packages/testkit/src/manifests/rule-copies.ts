// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pssRules } from '@bartizan/engine/admission';

/** How many rules there are. */
export interface RuleCopies {
  /** Of the pack, and of level restricted of the Pod Security Standards. */
  readonly own: number;
  readonly copies: number;
}

/** Writes as many rules of the pack under other names as, with those that are there anyway, make `count`. */
export function writeRuleCopies(checkout: string, folder: string, count: number): RuleCopies {
  const pack = join(checkout, 'content/admission');
  const rules = readdirSync(pack)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(pack, name), 'utf8')) as { readonly id: string });
  const own = rules.length + pssRules('restricted').length;
  const copies = Array.from({ length: Math.max(0, count - own) }, (_, at) => {
    const rule = rules[at % rules.length];
    return { ...rule, id: `copy-${Math.floor(at / rules.length) + 1}.${rule?.id}` };
  });
  mkdirSync(folder);
  for (const rule of copies) writeFileSync(join(folder, `${rule.id}.json`), JSON.stringify(rule));
  return { own, copies: copies.length };
}
