// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Endpoint, Reach, Reachability } from '@bartizan/engine/reachability';

type Labels = Readonly<Record<string, string>>;
type End = 'external' | { readonly ns: string; readonly labels: Labels };

/** One line of the questions: a policy, the namespaces there are, and who may reach whom. */
export interface RecipeRow {
  readonly file: string;
  readonly namespaces: Readonly<Record<string, Labels>>;
  readonly checks: readonly Check[];
}
interface Check {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: string;
  readonly allowed: boolean;
}

const endpoint = (end: End, { namespaces }: RecipeRow, address: string): Endpoint =>
  end === 'external'
    ? { kind: 'address', address: '203.0.113.7' }
    : {
        kind: 'pod',
        namespace: end.ns,
        namespaceLabels: namespaces[end.ns] ?? {},
        name: 'some',
        labels: end.labels,
        addresses: [address],
        ports: [],
        hostNetwork: false,
      };

/** What the engine says of one question. */
export const askRecipe = (reachability: Reachability, row: RecipeRow, check: Check): Reach =>
  reachability.ask({
    from: endpoint(check.from, row, '10.1.0.2'),
    to: endpoint(check.to, row, '10.1.0.3'),
    protocol: check.protocol,
    port: check.port,
  }).reach;
