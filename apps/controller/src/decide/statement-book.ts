// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { StatementPart, Store } from '@bartizan/adapters/store';
import { type Finding, type FindingStatement, ok, type Result, type Scope } from '@bartizan/contracts';
import { type VexOrigin, type VexStatement, vexFor } from '@bartizan/scan';
import type { ApiFailure } from '../ports.ts';

/** Statements about one vulnerability, with the document each is from. */
type Known = readonly (StatementPart['statements'][number] & { readonly document: string })[];
/** Says what documents say of a finding: the same finding, with or without a statement. */
export type Explain = (finding: Finding) => Finding;

const PAGE = 50;

/** The statements of the documents that were imported, by the ids of vulnerabilities; read once, and anew after a change. */
export class StatementBook {
  readonly #store: Store;
  readonly #kept = new Map<
    string,
    { readonly known: Map<string, Known>; readonly origins: Map<string, VexOrigin> }
  >();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether something else is said of a finding than before. */
  static isOther(before: Finding, after: Finding): boolean {
    const said = ({ statement }: Finding) => JSON.stringify(statement);
    return before.state !== after.state || said(before) !== said(after);
  }

  /** After a change of the documents. */
  forget(): void {
    this.#kept.clear();
  }

  /** What is said to everybody of a scope. */
  async of(scope: Scope): Promise<Result<Explain, ApiFailure>> {
    const key = JSON.stringify(scope);
    const kept = this.#kept.get(key) ?? (await this.#read(scope));
    if ('ok' in kept) return kept;
    this.#kept.set(key, kept);
    if (kept.known.size === 0) return ok(withoutStatement);
    return ok((finding) => explained(finding, kept.known, kept.origins));
  }

  async #read(scope: Scope) {
    const origins = new Map<string, VexOrigin>();
    const known = new Map<string, Known[number][]>();
    let cursor: string | undefined;
    do {
      const page = await this.#store.vexDocuments.list(scope, { filter: [], limit: PAGE, ...from(cursor) });
      if (!page.ok) return page;
      for (const { id, origin } of page.value.items) origins.set(id, origin);
      cursor = page.value.next;
    } while (cursor !== undefined);
    do {
      const page = await this.#store.vexStatements.list(scope, { filter: [], limit: PAGE, ...from(cursor) });
      if (!page.ok) return page;
      for (const { document, statements } of page.value.items)
        for (const statement of statements) file(known, { ...statement, document });
      cursor = page.value.next;
    } while (cursor !== undefined);
    return { known, origins };
  }
}

/** Puts a statement under every id it speaks about. */
function file(known: Map<string, Known[number][]>, statement: Known[number]): void {
  for (const id of new Set([statement.vulnerability, ...statement.aliases])) {
    const there = known.get(id);
    if (there === undefined) known.set(id, [statement]);
    else there.push(statement);
  }
}

const from = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

/** A finding that no statement speaks about any more is what it was without one. */
const withoutStatement: Explain = ({ statement: _gone, ...finding }) =>
  finding.state === 'explained' ? { ...finding, state: 'open' } : finding;

function explained(
  finding: Finding,
  known: ReadonlyMap<string, Known>,
  origins: ReadonlyMap<string, VexOrigin>,
): Finding {
  const { package: found, vulnerability, subject, ...rest } = finding;
  if (found === undefined || vulnerability === undefined) return finding;
  const said = new Set([vulnerability.id, ...vulnerability.aliases].flatMap((id) => known.get(id) ?? []));
  const documents = new Map<VexStatement, string>();
  for (const { document, ...statement } of said) documents.set(statement, document);
  const sets = [...documents].map(([statement, document]) => ({
    origin: origins.get(document) ?? ('feed' as const),
    statements: [statement],
  }));
  const place = subject.imageDigest === undefined ? {} : { imageDigest: subject.imageDigest };
  const vex = vexFor({ package: found, vulnerability }, sets, place);
  if (vex === undefined) return withoutStatement(finding);
  const { status, statement: spoken, why } = vex;
  const reason = spoken.detail ?? spoken.justification;
  const statement: FindingStatement = {
    status,
    ...(reason === undefined ? {} : { reason: reason.slice(0, 2000) }),
    author: spoken.source.author.slice(0, 512),
    document: documents.get(spoken) ?? '',
    product: why.slice(0, 2000),
  };
  const closes = status === 'not_affected' || status === 'fixed';
  const before = withoutStatement({ ...rest, package: found, vulnerability, subject });
  return { ...before, ...(closes && before.state === 'open' ? { state: 'explained' } : {}), statement };
}
