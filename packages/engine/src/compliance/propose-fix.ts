// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkCheck, BenchmarkFix, Evidence, EvidenceValue } from '@bartizan/contracts/compliance';
import { setJsonKey, setYamlKey } from './edit-config.ts';
import { editManifest, editUnit, manifestArguments, unitArguments } from './edit-flags.ts';
import { judgeCheck } from './judge-check.ts';
import { judgeFile } from './judge-file.ts';
import { NodeFacts } from './node-facts.ts';
import { type FileLines, unifiedDiff } from './unified-diff.ts';

/** Reads a configuration file again from its lines: its values by dotted key, undefined when it cannot be parsed. */
export type ReadConfig = (path: string, lines: readonly string[]) => Record<string, unknown> | undefined;

/** A file while fixes are applied to it. */
interface Edit {
  readonly file: FileLines;
  readonly lines: readonly string[];
  readonly evidence: Evidence;
}
type Edits = Map<string, Edit>;

const memberOf = (value: EvidenceValue | undefined, name: string): unknown =>
  typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, name) ? value[name] : undefined;

function linesOf({ path, value }: Evidence): FileLines | undefined {
  const lines = memberOf(value, '#lines');
  const first = memberOf(value, '#first-line');
  if (path === undefined || !Array.isArray(lines)) return undefined;
  return { path, first: typeof first === 'number' ? first : 1, lines: lines.map(String) };
}

function startEdit(edits: Edits, evidence: Evidence | undefined): Edit | undefined {
  if (evidence?.state !== 'known') return undefined;
  const known = edits.get(evidence.id);
  if (known !== undefined) return known;
  const file = linesOf(evidence);
  return file === undefined ? undefined : { file, lines: file.lines, evidence };
}

const withArguments =
  (evidence: Evidence, component: string, args: readonly string[]) =>
  (one: Evidence): Evidence => {
    if (one.collector === 'process' && one.subject === component && one.state !== 'absent')
      return { ...one, state: 'known', value: [...args] };
    return one.id === evidence.id ? { ...one, value: { arguments: [...args] } } : one;
  };

type Change = (evidence: readonly Evidence[]) => Evidence[];

function changeFlag(
  fix: Extract<BenchmarkFix, { kind: 'flag' }>,
  facts: NodeFacts,
  edits: Edits,
): Change | undefined {
  for (const collector of ['manifest', 'unit'] as const) {
    const edit = startEdit(
      edits,
      facts.of(collector, fix.component).findLast(({ state }) => state === 'known'),
    );
    if (edit === undefined) continue;
    const lines = collector === 'manifest' ? editManifest(edit.lines, fix) : editUnit(edit.lines, fix);
    if (lines === undefined) return undefined;
    edits.set(edit.evidence.id, { ...edit, lines });
    const args = collector === 'manifest' ? manifestArguments(lines) : unitArguments(lines);
    return (evidence) => evidence.map(withArguments(edit.evidence, fix.component, args));
  }
  return undefined;
}

function changeKey(
  fix: Extract<BenchmarkFix, { kind: 'key' }>,
  facts: NodeFacts,
  edits: Edits,
  readConfig: ReadConfig | undefined,
): Change | undefined {
  const files = facts.of('config', fix.component).filter(({ state }) => state === 'known');
  const setting = files.findLast(({ value }) => memberOf(value, fix.key) !== undefined) ?? files.at(0);
  const edit = startEdit(edits, setting);
  if (edit === undefined || readConfig === undefined) return undefined;
  const isJson =
    edit.lines
      .find((line) => line.trim() !== '')
      ?.trim()
      .startsWith('{') === true;
  const lines = (isJson ? setJsonKey : setYamlKey)(edit.lines, fix.key, fix.value);
  const value = lines === undefined ? undefined : readConfig(edit.file.path, lines);
  if (lines === undefined || value === undefined) return undefined;
  edits.set(edit.evidence.id, { ...edit, lines });
  return (evidence) =>
    evidence.map((one) => (one.id === edit.evidence.id ? { ...one, value: value as EvidenceValue } : one));
}

const quoted = (path: string): string =>
  /^[\w./+:@-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;

/** Commands for the files that are not as they should be, and the evidence as it is after them. */
function changeRights(
  fix: Extract<BenchmarkFix, { kind: 'chmod' | 'chown' }>,
  facts: NodeFacts,
  commands: string[],
): Change | undefined {
  const [user = '', group = ''] = fix.kind === 'chown' ? fix.owner.split(':') : [];
  const ask = {
    kind: 'file',
    place: fix.place,
    ...(fix.kind === 'chmod' ? { mode: fix.mode } : { owner: fix.owner }),
  } as const;
  const bad = facts
    .of('file', fix.place)
    .filter((one) => judgeFile(ask, new NodeFacts([one])).status === 'fail' && one.path !== undefined);
  if (bad.length === 0) return undefined;
  for (const { path = '' } of bad)
    commands.push(`${fix.kind} ${fix.kind === 'chmod' ? fix.mode : fix.owner} ${quoted(path)}`);
  const ids = new Set(bad.map(({ id }) => id));
  const now = fix.kind === 'chmod' ? { mode: fix.mode } : { owner: user, group };
  return (evidence) =>
    evidence.map((one) =>
      ids.has(one.id) && typeof one.value === 'object' && !Array.isArray(one.value)
        ? { ...one, value: { ...one.value, ...now } }
        : one,
    );
}

/**
 * How a failed check is repaired, as diffs and commands. It is applied to the evidence and judged again: what does
 * not make the check pass is not proposed.
 */
export function proposeFix(
  check: BenchmarkCheck,
  facts: NodeFacts,
  readConfig?: ReadConfig,
): string | undefined {
  const edits: Edits = new Map();
  const commands: string[] = [];
  let evidence: readonly Evidence[] = facts.evidence;
  for (const fix of check.fix) {
    if (fix.kind === 'advice') return undefined;
    const change =
      fix.kind === 'flag'
        ? changeFlag(fix, facts, edits)
        : fix.kind === 'key'
          ? changeKey(fix, facts, edits, readConfig)
          : changeRights(fix, facts, commands);
    if (change === undefined) continue;
    evidence = change(evidence);
  }
  if (edits.size === 0 && commands.length === 0) return undefined;
  if (judgeCheck(check, new NodeFacts(evidence)).status !== 'pass') return undefined;
  const diffs = [...edits.values()].map(({ file, lines }) => unifiedDiff(file, lines));
  return [...diffs, ...commands.map((command) => `${command}\n`)].join('').slice(0, 65_536);
}
