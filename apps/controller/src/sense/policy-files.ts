// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import type { LocalText, ToldText } from '@bartizan/contracts';
import { type PolicyItem, readPolicyDocument } from '@bartizan/engine/policy-objects';
import { readYaml } from '@bartizan/scan/yaml';
import type { DirectoryContent, DirectoryFile } from './policy-directory.ts';

/** A document of a file, or what is wrong with it. */
export type FoundDocument =
  | { readonly place: string; readonly item: PolicyItem }
  | {
      readonly place: string;
      readonly kind?: PolicyItem['kind'];
      readonly id?: string;
      readonly isUnreadable: boolean;
      readonly detail: ToldText;
    };

/** Kinds of documents that may lie beside policies. */
const BESIDE: ReadonlySet<string> = new Set(['PolicySuite']);
const DOCUMENTS_MAX = 10_000;
const MORE_DOCUMENTS: LocalText = {
  en: `more than ${DOCUMENTS_MAX} documents`,
  ja: `文書が ${DOCUMENTS_MAX} 件を超えています`,
};
const noKind = (named: string): LocalText => ({
  en: `${named} is no kind of policy objects`,
  ja: `${named} はポリシーの種類ではありません`,
});

function* documentsOf({ path, bytes }: DirectoryFile): Generator<FoundDocument> {
  let count = 0;
  for (const document of readYaml(bytes)) {
    count += 1;
    if (count > DOCUMENTS_MAX) {
      yield { place: path, isUnreadable: true, detail: MORE_DOCUMENTS };
      return;
    }
    if (!document.ok) {
      const { line, column, code, detail } = document.problem;
      yield { place: `${path}:${line}:${column}`, isUnreadable: true, detail: `${code}: ${detail}` };
      continue;
    }
    if (document.value === null) continue;
    const place = `${path}:${document.line}`;
    const read = readPolicyDocument(document.value);
    if (!read.ok) yield { place, isUnreadable: false, ...read.error };
    else if (read.value.kind !== 'other') yield { place, item: read.value };
    else if (!BESIDE.has(read.value.named))
      yield { place, isUnreadable: false, detail: noKind(read.value.named) };
  }
}

/** A file is taken whole or not at all: of one that is torn, what it brought before stays. */
async function wholeFile(file: DirectoryFile): Promise<readonly FoundDocument[]> {
  const found: FoundDocument[] = [];
  for (const one of documentsOf(file)) {
    found.push(one);
    // API servers wait for answers meanwhile.
    await others();
  }
  const fault = found.find((one) => !('item' in one));
  if (fault === undefined) return found;
  return found.map((one): FoundDocument => {
    if (!('item' in one)) return one;
    const { kind, id } = one.item;
    const detail = {
      en: `another document of this file is broken: ${fault.place}`,
      ja: `同じファイルの別の文書に誤りがあります：${fault.place}`,
    };
    return { place: one.place, kind, id, isUnreadable: false, detail };
  });
}

/** The policy objects of a directory. When there are more than `most`, not all of them: who asks refuses the whole. */
export async function policiesOf(
  { files }: DirectoryContent,
  most: number,
): Promise<readonly FoundDocument[]> {
  const found: FoundDocument[] = [];
  for (const file of files) {
    found.push(...(await wholeFile(file)));
    if (found.length > most) break;
    await others();
  }
  return found;
}
