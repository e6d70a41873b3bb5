// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aboutItems } from '../fields/about.ts';
import type { CollectionDefinition } from '../fields/collections.ts';
import type { Item } from '../pod/evaluation.ts';
import { unknown } from '../request.ts';
import { needsOfItems } from './need.ts';
import { type Node, WITNESSES_MAX } from './node.ts';
import { beyond, Support } from './support.ts';
import { type Answer, NO, PERHAPS, YES } from './three-valued.ts';

/** The item so many levels further out. */
export function outward(item: Item, hops: number): Item {
  let at = item;
  for (let left = hops; left > 0; left -= 1) at = at.parent ?? at;
  return at;
}

const LIST_UNKNOWN = unknown('a list of the object, or of the scan of its image, cannot be read');

interface Parts {
  readonly definition: CollectionDefinition;
  /** How many levels further out the list's owner is. */
  readonly hops: number;
  readonly where: Node;
  readonly atLeast: number;
  readonly ofRequest: boolean;
}

/** Holds when at least so many items do; a list that cannot be read may hold more than is seen. */
export function countNode({ definition, hops, where, atLeast, ofRequest }: Parts): Node {
  const itemsOf = (item: Item) => definition.items(outward(item, hops));
  const ask = (item: Item): Answer => {
    const { items, malformed } = itemsOf(item);
    let sure = 0;
    let perhaps = malformed ? atLeast : 0;
    for (let at = 0; at < items.length; at += 1) {
      const one = items[at];
      if (one === undefined) continue;
      if (!item.root.step()) return PERHAPS;
      const answer = where.ask(one);
      if (answer === YES) {
        sure += 1;
        if (sure >= atLeast) return YES;
      } else if (answer === PERHAPS) perhaps += 1;
    }
    return sure + perhaps >= atLeast ? PERHAPS : NO;
  };
  return {
    ask,
    fields: where.fields,
    needs: needsOfItems(where.needs, definition, hops),
    ofRequest,
    about: aboutItems(definition, where.about),
    witness: (item, answer, out) => {
      const { items, malformed } = itemsOf(item);
      const found = new Support(out, answer !== NO);
      for (const one of items) {
        if (where.ask(one) !== answer) continue;
        const isFull = out.length >= WITNESSES_MAX;
        if (isFull) out.push(beyond(item));
        else where.witness(one, answer, out);
        found.partEnds(one);
        if (isFull) break;
      }
      if (answer === PERHAPS && malformed) {
        out.push({
          item,
          field: undefined,
          condition: undefined,
          actual: undefined,
          unknown: LIST_UNKNOWN,
          held: false,
          isAlone: false,
        });
        found.partEnds(item);
      }
      found.ends();
    },
    trace: (item, out) => {
      const { items } = itemsOf(item);
      out.push(items.length);
      for (const one of items) {
        // Another image is another container, whatever the rule looks at.
        if (one.subject === 'container') {
          const { image } = one.value as { readonly image?: unknown };
          out.push(image);
        }
        where.trace(one, out);
      }
    },
  };
}
