// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, LocalText } from '@bartizan/contracts';
import { cut, cutBoth, type FindingPlace, findingId } from '../findings/finding-place.ts';
import type { SecretMatch } from './secret-match.ts';

/** The place of a match for people: path, line and column. */
export const placeOf = (match: Pick<SecretMatch, 'path' | 'line' | 'column'>): string =>
  `${match.path}:${match.line}:${match.column}`;

/** The parts by which the same secret at the same place is known again, in every scan with the same key. */
const partsOf = (match: SecretMatch): string[] => [
  'secret',
  match.rule.id,
  match.kind,
  match.path,
  match.layer ?? '',
  match.fingerprint,
];

/** What to do beside a new value, where the place itself is the mistake. */
const MOVE: Readonly<Partial<Record<SecretMatch['kind'], LocalText>>> = {
  environment: {
    en: 'Then give it to the program as a file (a mounted Secret, a credential of systemd) instead of a variable: child processes inherit the environment, and dumps hold it.',
    ja: '新しい値は環境変数ではなく、ファイル（マウントした Secret や systemd のクレデンシャル）で渡してください。環境変数は子プロセスに引き継がれ、ダンプにも残ります。',
  },
  manifest: {
    en: 'Then move it into a Secret that is mounted as a file: what stands in the object can be read by everybody who may read it, and lies in its backups and repositories.',
    ja: '新しい値は、ファイルとしてマウントする Secret に移してください。オブジェクトに書いた値は、それを読み取れるすべての人に見え、バックアップやリポジトリにも残ります。',
  },
};

/** What to do about a secret of a rule in a place of this kind. */
export const secretAction = ({ rule, kind }: Pick<SecretMatch, 'rule' | 'kind'>): LocalText => {
  const more = MOVE[kind];
  if (more === undefined) return rule.fix;
  return { en: cut(`${rule.fix.en} ${more.en}`, 2000), ja: cut(`${rule.fix.ja}${more.ja}`, 2000) };
};

/** What a match is in the words of the contracts. Findings of one value share their group: one rotation removes all. */
export const secretFinding = (match: SecretMatch, place: FindingPlace): Finding => {
  const { rule } = match;
  return {
    id: findingId(place, partsOf(match)),
    cluster: place.cluster,
    tenant: place.tenant,
    kind: 'secret',
    title: {
      en: cut(`${rule.title.en} in ${match.path}`, 512),
      ja: cut(`${match.path} に「${rule.title.ja}」があります`, 512),
    },
    severity: match.severity,
    subject: place.subject,
    ...(place.node === undefined ? {} : { node: place.node }),
    check: rule.id,
    location: {
      kind: match.kind,
      path: cut(match.path, 4096),
      line: match.line,
      column: match.column,
      ...(match.layer === undefined ? {} : { layer: cut(match.layer, 128) }),
    },
    secret: {
      preview: match.preview,
      fingerprint: match.fingerprint,
      verification: match.verification,
    },
    evidence: [cut(`${match.kind === 'environment' ? match.path : placeOf(match)} ${match.preview}`, 2000)],
    why: match.reasons.slice(0, 32).map(({ step, detail }) => ({ step, detail: cutBoth(detail, 1000) })),
    fix: { state: 'configuration', action: secretAction(match) },
    owasp: rule.owasp,
    attack: rule.attack,
    state: 'open',
    groupKey: `secret:${match.fingerprint}`,
    firstSeenAtMs: place.nowMs,
    lastSeenAtMs: place.nowMs,
  };
};

const BEYOND_SHOWN = 16;

/** What is told of the secrets of one object, and what is not. */
export interface ToldSecrets {
  /** How many are told. */
  readonly told: number;
  /** The others, the most urgent first. */
  readonly left: readonly SecretMatch[];
  /** Where more stands than was looked at. */
  readonly cut: readonly string[];
}

/** How many are listed and how many are not, as far as it is known. */
const wordsBeyond = ({ told, left, cut: places }: ToldSecrets): Record<'title' | 'why', LocalText> => {
  const [place] = places;
  const total = told + left.length;
  if (place !== undefined)
    return {
      title: {
        en: `${told} secrets of this object are listed; there may be more`,
        ja: `このオブジェクトの秘密情報は ${told} 件を一覧に載せています。ほかにもある可能性があります`,
      },
      why: {
        en: `${cut(place, 400)} holds more matches than are kept: what stands behind them is not known`,
        ja: `${cut(place, 400)} には、記録できる件数を超える一致があります。それより後ろに何があるかは分かりません`,
      },
    };
  const path = cut(left[0]?.path ?? '', 400);
  return {
    title: {
      en: `${told} of the ${total} secrets in this object are listed`,
      ja: `このオブジェクトの秘密情報 ${total} 件のうち、一覧にあるのは ${told} 件です`,
    },
    why: {
      en: `of one object the ${told} most urgent secrets are listed; ${left.length} are not, from ${path} on`,
      ja: `1 つのオブジェクトにつき、緊急度の高い ${told} 件だけを一覧に載せます。${path} など ${left.length} 件は載せていません`,
    },
  };
};

/**
 * That an object holds more secrets than are told of it. It stands in every list beside those that are told, so that
 * nobody takes them for all; it goes when there are no more. `first` is the most urgent that is not told, or one of those
 * that are.
 */
export function secretsBeyond(first: SecretMatch, about: ToldSecrets, place: FindingPlace): Finding {
  const words = wordsBeyond(about);
  const { cluster, tenant, subject, nowMs } = place;
  return {
    id: findingId(place, ['secret', 'beyond', first.kind]),
    ...{ cluster, tenant, subject, kind: 'secret', severity: first.severity, state: 'open' },
    title: words.title,
    location: { kind: first.kind, path: cut(first.path, 4096), line: first.line, column: first.column },
    evidence: [...about.cut, ...about.left.map(placeOf)]
      .slice(0, BEYOND_SHOWN)
      .map((shown) => cut(shown, 2000)),
    why: [{ step: 'limit', detail: words.why }],
    fix: {
      state: 'configuration',
      action: {
        en: 'Treat every value of this object as known to others: replace them all, and move them into a Secret that is mounted as a file. Those that are not listed follow as others go.',
        ja: 'このオブジェクトのすべての値が漏れたものとして扱い、すべて更新して、ファイルとしてマウントする Secret に移してください。一覧にないものは、ほかを取り除くと表示されます。',
      },
    },
    ...{ owasp: first.rule.owasp, attack: first.rule.attack },
    groupKey: `secret-limit:${subject.workload}`,
    ...{ firstSeenAtMs: nowMs, lastSeenAtMs: nowMs },
  };
}
