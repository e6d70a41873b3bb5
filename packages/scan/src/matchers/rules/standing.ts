// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { Draft, ImpactStatement, MatchContext, UserDecision } from '../model.ts';
import type { FindingRule } from './fix.ts';

/** Whose word goes first about what a flaw means here. */
export const STATEMENT_ORDER = ['user', 'image', 'vendor', 'feed'] as const;

interface PurlParts {
  readonly path: string;
  readonly version: string | undefined;
  readonly qualifiers: readonly string[];
}

const partsOf = (purl: string): PurlParts => {
  const [whole = '', query = ''] = (purl.split('#')[0] ?? '').split('?');
  const at = whole.lastIndexOf('@');
  const slash = whole.lastIndexOf('/');
  const isVersioned = at > slash;
  return {
    path: isVersioned ? whole.slice(0, at) : whole,
    version: isVersioned ? whole.slice(at + 1) : undefined,
    qualifiers: query.split('&').filter((pair) => pair !== ''),
  };
};

/** Whether a package URL of a statement covers a package: same path, same version if given, every qualifier the package's. */
export const purlCovers = (statement: string, found: string): boolean => {
  const a = partsOf(statement);
  const b = partsOf(found);
  return (
    a.path === b.path &&
    (a.version === undefined || a.version === b.version) &&
    a.qualifiers.every((pair) => b.qualifiers.includes(pair))
  );
};

const speaksAbout = (statement: ImpactStatement, draft: Draft, place: MatchContext['place']): boolean => {
  const ids = [draft.flaw.id, ...draft.flaw.aliases];
  if (!statement.ids.some((id) => ids.includes(id))) return false;
  if (statement.purl === undefined && statement.imageDigest === undefined) return false;
  const { purl } = draft.subject.package;
  if (statement.purl !== undefined && (purl === undefined || !purlCovers(statement.purl, purl))) return false;
  return statement.imageDigest === undefined || statement.imageDigest === place?.imageDigest;
};

const BY_JA: Readonly<Record<ImpactStatement['by'], string>> = {
  user: '利用者',
  image: 'イメージ',
  vendor: '提供元',
  feed: '情報源',
};
const STATUS_JA: Readonly<Record<ImpactStatement['status'], string>> = {
  not_affected: '影響なし',
  affected: '影響あり',
  fixed: '修正済み',
  under_investigation: '調査中',
};

/** Rule 22: a statement explains a finding and never deletes it; without a justification it is not followed. */
export const statements: FindingRule = (draft, { context }) => {
  const spoken = (context.statements ?? [])
    .filter((one) => speaksAbout(one, draft, context.place))
    .sort((a, b) => STATEMENT_ORDER.indexOf(a.by) - STATEMENT_ORDER.indexOf(b.by));
  for (const one of spoken) {
    const isClearing = one.status === 'not_affected' || one.status === 'fixed';
    const isFollowed = one.status !== 'not_affected' || one.justification !== undefined;
    draft.why.push({
      step: 'standing',
      rule: 'match.statements',
      detail: {
        en: `${one.author} (${one.by}) states ${one.status.replaceAll('_', ' ')}: ${one.justification ?? 'no justification'}${isFollowed ? '' : ', so it is not followed'}`,
        ja: `${one.author}（${BY_JA[one.by]}）の声明：${STATUS_JA[one.status]}。理由：${one.justification ?? 'なし'}${isFollowed ? '' : 'のため、採用しない'}`,
      },
    });
    if (!isFollowed) continue;
    if (isClearing)
      draft.standing = { state: 'explained', by: one.author, reason: one.justification ?? one.status };
    return;
  }
};

/** Whether a text has the form of a pattern in which `*` stands for anything. Linear: no regular expression is built. */
const fits = (pattern: string, text: string): boolean => {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === text;
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
};

const decides = (decision: UserDecision, draft: Draft, place: MatchContext['place']): boolean =>
  decision.ids.some((id) => id === draft.flaw.id || draft.flaw.aliases.includes(id)) &&
  (decision.packageName === undefined || decision.packageName === draft.subject.package.name) &&
  (decision.namespace === undefined || decision.namespace === place?.namespace) &&
  (decision.imagePattern === undefined || fits(decision.imagePattern, place?.image ?? ''));

const ended = ({ author, expiresAtMs }: UserDecision): LocalText => {
  const day = new Date(expiresAtMs).toISOString().slice(0, 10);
  return {
    en: `${author} accepted it until ${day}: it is open again`,
    ja: `${author} による受け入れは ${day} で終わり、再び未対応`,
  };
};
const accepted = ({ author, reason }: UserDecision): LocalText => ({
  en: `${author} accepts it: ${reason}`,
  ja: `${author} が受け入れ：${reason}`,
});

/** Rule 23: a risk that somebody took stands until its end; then the finding is open again. */
export const decisions: FindingRule = (draft, { context }) => {
  const nowMs = context.nowMs ?? Number.POSITIVE_INFINITY;
  for (const one of context.decisions ?? []) {
    if (!decides(one, draft, context.place)) continue;
    const isOver = one.expiresAtMs <= nowMs;
    draft.why.push({
      step: 'standing',
      rule: 'match.decisions',
      detail: isOver ? ended(one) : accepted(one),
    });
    if (isOver) continue;
    draft.standing = {
      state: 'accepted',
      by: one.author,
      reason: one.reason,
      expiresAtMs: one.expiresAtMs,
    };
    return;
  }
};
