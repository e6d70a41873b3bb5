// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseAllDocuments, stringify } from 'yaml';

/** More than this is refused by the API server too (3 MiB) or is no object a person pastes. */
export const DOCUMENT_CHARS_MAX = 512 * 1024;
/** A few hundred bytes of aliases can stand for gigabytes; Kubernetes objects need none. */
const ALIASES_MAX = 0;

export type DocumentFault = 'empty' | 'too-large' | 'several' | 'broken';
export type ReadDocument =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly fault: DocumentFault;
      readonly detail: string;
      readonly line: number | undefined;
    };

const refuse = (fault: DocumentFault, detail = '', line?: number): ReadDocument => ({
  ok: false,
  fault,
  detail,
  line,
});

/** Reads what a person typed: one YAML document, or JSON, which YAML 1.2 holds. */
export const readDocument = (text: string): ReadDocument => {
  if (text.trim() === '') return refuse('empty');
  if (text.length > DOCUMENT_CHARS_MAX) return refuse('too-large');
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: true, version: '1.2' });
    const [document, second] = Array.isArray(documents) ? documents : [];
    if (document === undefined) return refuse('empty');
    if (second !== undefined) return refuse('several');
    const [wrong] = document.errors;
    if (wrong !== undefined)
      return refuse('broken', wrong.message.split('\n')[0] ?? '', wrong.linePos?.[0].line);
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    return refuse('broken', error instanceof Error ? error.message : String(error));
  }
};

/** Writes a value the way people write manifests. */
export const writeDocument = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
