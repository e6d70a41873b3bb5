// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { lifeOf } from '../../distribution/life.ts';
import { paidLinesOf } from '../../distribution/namespace.ts';
import type { Draft, FixState, Judged, RuleInput, Subject } from '../model.ts';
import { judgeVersion } from '../range.ts';

/** A rule that works on a finding; it says what it did in `why`. */
export type FindingRule = (draft: Draft, input: RuleInput) => void;

/** Rule 8: the source's word on a flaw without a fix. It stays a finding, whatever the vendor does about it. */
const FIX_STATES: Readonly<Record<string, FixState>> = {
  will_not_fix: 'wont-fix',
  ignored: 'wont-fix',
  end_of_life: 'wont-fix',
  fix_deferred: 'deferred',
  postponed: 'deferred',
  'no-dsa': 'deferred',
  unfixed_at_snapshot: 'not-fixed',
  affected: 'not-fixed',
  open: 'not-fixed',
};

/** The lowest fix above the installed version; of several feeds about one flaw, the one that satisfies all. */
const chooseFix = (
  judged: readonly Judged[],
  subject: Subject,
): { version: string; channel: string | undefined } | undefined => {
  const isFromRange = judged.every(({ verdict }) => verdict.fixedVersion !== undefined);
  let best: { version: string; channel: string | undefined } | undefined;
  for (const { row, verdict } of judged) {
    if (verdict.verdict !== 'affected') continue;
    const fixes = verdict.fixedVersion === undefined ? (row.fixed ?? []) : [verdict.fixedVersion];
    for (const version of fixes) {
      if (subject.compare(version, subject.version) <= 0) continue;
      const order = best === undefined ? 0 : subject.compare(version, best.version);
      if (best === undefined || (isFromRange ? order > 0 : order < 0))
        best = { version, channel: row.channel };
    }
  }
  return best;
};

/** The states of a fix that has no version, in Japanese. */
const UNFIXED_JA: Readonly<Record<Exclude<FixState, 'fixed'>, string>> = {
  'not-fixed': '未修正',
  deferred: '延期',
  'wont-fix': '修正予定なし',
  'paid-channel': '有償の提供系列のみ',
  unknown: '不明',
};

const fixDetail = ({ fixedVersion, fixChannel, fixState: state }: Draft): LocalText => {
  if (fixedVersion === undefined)
    return {
      en: `no fixed version named (${state})`,
      ja: `修正バージョンの記載なし（${state === 'fixed' ? '修正済み' : UNFIXED_JA[state]}）`,
    };
  return {
    en: `first fixed version above the installed one: ${fixedVersion}${fixChannel === undefined ? '' : ` (${fixChannel})`}`,
    ja: `導入済みより新しい最初の修正バージョン：${fixedVersion}${fixChannel === undefined ? '' : `（${fixChannel}）`}`,
  };
};

/** Rule 8: state, version and channel of the fix. */
export const fixState: FindingRule = (draft) => {
  const { judged } = draft.flaw;
  const fix = draft.verdict === 'affected' ? chooseFix(judged, draft.subject) : undefined;
  const stated = judged.map(({ row }) => FIX_STATES[row.status ?? '']).find((state) => state !== undefined);
  draft.fixState = fix === undefined ? (stated ?? 'unknown') : 'fixed';
  if (fix !== undefined) {
    draft.fixedVersion = fix.version;
    if (fix.channel !== undefined) draft.fixChannel = fix.channel;
  }
  draft.why.push({ step: 'fix', rule: 'match.fix-state', detail: fixDetail(draft) });
};

/**
 * Rule 11: a flaw that the free line leaves open may be fixed in a paid one. Attached to it, its fix counts; else the
 * finding says where the fix is.
 */
export const paidChannel: FindingRule = (draft, { pack, context }) => {
  if (draft.fixedVersion !== undefined) return;
  const { subject, flaw } = draft;
  const ids = new Set([flaw.id, ...flaw.aliases]);
  for (const line of paidLinesOf(subject.package.ecosystem)) {
    for (const row of pack.rows(line, subject.name)) {
      if (row.withdrawn !== undefined || ![row.id, ...(row.aliases ?? [])].some((id) => ids.has(id)))
        continue;
      const { fixedVersion } = judgeVersion(row, subject.version, subject);
      if (fixedVersion === undefined) continue;
      const isAttached = context.attached?.includes(line) === true;
      draft.fixState = isAttached ? 'fixed' : 'paid-channel';
      draft.fixedVersion = fixedVersion;
      draft.fixChannel = line;
      draft.why.push({
        step: 'fix',
        rule: 'match.paid-channel',
        detail: {
          en: `${row.id}: fixed in ${fixedVersion} of ${line}, ${isAttached ? 'to which this machine is attached' : 'which this machine is not attached to'}`,
          ja: `${row.id}：${line} の ${fixedVersion} で修正（このマシンは${isAttached ? '契約済み' : '未契約'}）`,
        },
      });
      return;
    }
  }
};

/** Rule 10: after the end of life nobody looks any more: what is known is the last known state. */
export const endOfLife: FindingRule = (draft, { pack, context }) => {
  const ended =
    context.nowMs === undefined ? undefined : lifeOf(draft.subject.package.ecosystem, pack.header);
  if (ended?.eol === undefined || context.nowMs === undefined) return;
  if (Date.parse(ended.eol) > context.nowMs) return;
  draft.why.push({
    step: 'facts',
    rule: 'match.end-of-life',
    detail: {
      en: `${draft.subject.package.ecosystem} no longer receives advisories since ${ended.eol}: later flaws are not known`,
      ja: `${draft.subject.package.ecosystem} は ${ended.eol} 以降勧告の対象外で、それより後の欠陥は分からない`,
    },
  });
};
