// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, err, failure, ok, type Result } from '@bartizan/contracts';
import {
  type AdmissionImport,
  type ImportNote,
  importGatekeeper,
  importKyverno,
  importNeuVector,
} from '@bartizan/engine/admission-import';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import { ruleDocument } from './canonical.ts';
import type { ImportFlags, ImportSource } from './flags.ts';
import { isMapping } from './kubernetes-object.ts';
import { documentsOf, manifestFiles } from './manifests.ts';

interface Imported {
  readonly rules: AdmissionRule[];
  readonly notes: (ImportNote & { readonly file: string })[];
}

const ofKinds =
  (...kinds: readonly string[]) =>
  (kind: string): boolean =>
    kinds.includes(kind);

const IMPORTERS: Readonly<
  Record<
    ImportSource,
    {
      readonly read: (document: unknown) => Result<AdmissionImport, ApiFailure>;
      /** Whether an object of a kind is read at all. */
      readonly reads: (kind: string, apiVersion: string) => boolean;
    }
  >
> = {
  neuvector: { read: importNeuVector, reads: ofKinds('NvAdmissionControlSecurityRule') },
  kyverno: { read: importKyverno, reads: ofKinds('ClusterPolicy', 'Policy') },
  gatekeeper: {
    read: importGatekeeper,
    reads: (kind, api) => kind === 'ConstraintTemplate' || api.startsWith('constraints.gatekeeper.sh/'),
  },
};

/** The documents of a List one by one. */
const partsOf = (value: unknown): readonly unknown[] =>
  isMapping(value) && value['kind'] === 'List' && Array.isArray(value['items']) ? value['items'] : [value];

/** An object of another kind beside the policies: left out, and said. */
function strangerNote(value: unknown, source: ImportSource): ImportNote | undefined {
  const kind = isMapping(value) ? value['kind'] : undefined;
  const api = isMapping(value) ? value['apiVersion'] : undefined;
  if (typeof kind !== 'string' || IMPORTERS[source].reads(kind, typeof api === 'string' ? api : ''))
    return undefined;
  const detail = {
    en: `objects of kind ${kind} are not read`,
    ja: `種別 ${kind} のオブジェクトは読み取りの対象外です`,
  };
  return { source: kind, part: '', effect: 'dropped', detail };
}

async function importFile(
  file: string,
  source: ImportSource,
  into: Imported,
): Promise<Result<undefined, ApiFailure>> {
  for await (const document of documentsOf(file)) {
    if (!document.ok) {
      const { code, line, column, detail } = document.problem;
      return err(failure(code, `${file}:${line}:${column}: ${detail}`));
    }
    for (const value of document.value === null ? [] : partsOf(document.value)) {
      const stranger = strangerNote(value, source);
      if (stranger !== undefined) {
        into.notes.push({ file, ...stranger });
        continue;
      }
      const read = IMPORTERS[source].read(value);
      if (!read.ok) return err(failure(read.error.code, `${file}:${document.line}: ${read.error.detail}`));
      for (const rule of read.value.rules) into.rules.push(rule);
      for (const note of read.value.notes) into.notes.push({ file, ...note });
    }
  }
  return ok(undefined);
}

async function importFiles(
  names: readonly string[],
  source: ImportSource,
): Promise<Result<Imported, ApiFailure>> {
  const files = manifestFiles(names);
  if (!files.ok) return files;
  const into: Imported = { rules: [], notes: [] };
  for (const file of files.value) {
    try {
      const read = await importFile(file, source, into);
      if (!read.ok) return read;
    } catch (error) {
      return err(failure('E_POLICY_FILE', file, error));
    }
  }
  const ids = into.rules.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  // One of the two would take the other's place when they are applied.
  return twice === undefined ? ok(into) : err(failure('E_POLICY_IMPORT', `two rules become ${twice}`));
}

/** `policy import SOURCE FILE...`: rules to stdout; what is not the same afterwards to stderr, and in the exit code. */
export function runImport(
  context: CliContext,
  source: ImportSource,
  names: readonly string[],
  flags: ImportFlags,
): Promise<void> {
  return perform(context, async () => {
    const imported = await importFiles(names, source);
    if (!imported.ok) return imported;
    const { rules, notes } = imported.value;
    const { t, language, process: terminal } = context;
    if (flags.output === 'json')
      renderValue(terminal, 'json', { rules: rules.map((one) => ruleDocument(one)), notes });
    else terminal.stdout.write(rules.map((rule) => `---\n${toYaml(ruleDocument(rule))}`).join(''));
    for (const { file, source: from, part, effect, detail } of notes) {
      const place = [file, from, part].filter((one) => one !== '').join(': ');
      terminal.stderr.write(`${t(`import.${effect}`)}  ${plain(`${place}: ${detail[language]}`)}\n`);
    }
    const lost = notes.filter(({ effect }) => effect === 'dropped' || effect === 'weaker').length;
    terminal.stderr.write(`${t('import.summary', { rules: rules.length, notes: notes.length, lost })}\n`);
    return ok(lost > 0 ? EXIT.findings : EXIT.fine);
  });
}
