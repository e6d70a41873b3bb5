// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Package } from '@bartizan/contracts';
import type { Match } from '../matchers/model.ts';
import type { PendingUpdate } from '../updates/pending-updates.ts';
import { cut, cutBoth, type FindingPlace, findingId } from './finding-place.ts';
import { fixCommand } from './fix-command.ts';

type FindingText = Finding['title'];

const titleOf = (match: Match<Package>): FindingText => {
  const what = `${match.package.name} ${match.package.version}`;
  const { id } = match.vulnerability;
  if (match.kind === 'malicious') {
    return {
      en: cut(`${what} is a malicious package (${id})`, 512),
      ja: cut(`${what} は悪意のあるパッケージです (${id})`, 512),
    };
  }
  return match.verdict === 'affected'
    ? { en: cut(`${what} is affected by ${id}`, 512), ja: cut(`${what} は ${id} の影響を受けます`, 512) }
    : {
        en: cut(`${what} may be affected by ${id}`, 512),
        ja: cut(`${what} は ${id} の影響を受ける可能性があります`, 512),
      };
};

const actionOf = (match: Match<Package>): FindingText => {
  const { name } = match.package;
  if (match.kind === 'malicious') {
    return {
      en: cut(`Remove ${name}, and treat every secret this file system held as known to the attacker.`, 2000),
      ja: cut(
        `${name} を削除し、このファイルシステムにあった認証情報はすべて漏えいしたものとして扱ってください。`,
        2000,
      ),
    };
  }
  if (match.fixState === 'paid-channel') {
    return {
      en: cut(
        `Attach the machine to ${match.fixChannel}, which has ${name} ${match.fixedVersion}, or limit who can reach it.`,
        2000,
      ),
      ja: cut(
        `${match.fixChannel} を利用すると ${name} ${match.fixedVersion} を適用できます。利用できない場合は、到達できる範囲を制限してください。`,
        2000,
      ),
    };
  }
  if (match.fixedVersion !== undefined) {
    return {
      en: cut(`Update ${name} to ${match.fixedVersion} or later.`, 2000),
      ja: cut(`${name} を ${match.fixedVersion} 以降に更新してください。`, 2000),
    };
  }
  return match.fixState === 'wont-fix'
    ? {
        en: cut(`The vendor will not fix this. Remove ${name} or replace it.`, 2000),
        ja: cut(
          `ベンダーによる修正の予定はありません。${name} を削除するか、別のものに置き換えてください。`,
          2000,
        ),
      }
    : {
        en: cut(`No fixed version of ${name} is known yet. Limit who can reach it.`, 2000),
        ja: cut(`${name} の修正版はまだ確認されていません。到達できる範囲を制限してください。`, 2000),
      };
};

/** A risk that somebody took is accepted until it ends; everything else is open, also what a statement explains. */
const stateOf = ({ standing }: Match<Package>): Pick<Finding, 'state' | 'acceptance'> =>
  standing?.state === 'accepted' && standing.expiresAtMs !== undefined
    ? {
        state: 'accepted',
        acceptance: {
          owner: cut(standing.by, 256),
          reason: cut(standing.reason, 2000),
          expiresAtMs: standing.expiresAtMs,
        },
      }
    : { state: 'open' };

/** What a match is in the words of the contracts. */
export const toFinding = (match: Match<Package>, place: FindingPlace): Finding => {
  const { package: found, vulnerability } = match;
  const isInstallable = match.fixedVersion !== undefined && match.fixState !== 'paid-channel';
  const command = isInstallable ? fixCommand(found, match.fixedVersion) : undefined;
  return {
    id: findingId(place, ['vulnerability', found.purl, vulnerability.id]),
    cluster: place.cluster,
    tenant: place.tenant,
    kind: match.kind === 'malicious' ? 'malware' : 'vulnerability',
    title: titleOf(match),
    severity: vulnerability.severity,
    subject: place.subject,
    ...(place.node === undefined ? {} : { node: place.node }),
    package: found,
    vulnerability,
    evidence: [
      ...found.locations.slice(0, 8).map((path) => cut(path, 2000)),
      ...(vulnerability.knownExploited ? ['CISA KEV'] : []),
    ],
    why: match.why
      .slice(0, 32)
      .map(({ step, detail, rule }) => ({ step, detail: cutBoth(detail, 1000), rule })),
    fix: {
      state: match.fixState,
      ...(match.fixedVersion === undefined ? {} : { version: cut(match.fixedVersion, 256) }),
      ...(match.fixChannel === undefined ? {} : { channel: cut(match.fixChannel, 64) }),
      action: actionOf(match),
      ...(command === undefined ? {} : { command }),
    },
    owasp: { 2022: ['K02', 'K10'], 2025: ['K07'] },
    attack: match.kind === 'malicious' ? ['T1195.002'] : [],
    ...stateOf(match),
    groupKey: cut(`update:${found.ecosystem}:${found.sourceName ?? found.name}`, 512),
    firstSeenAtMs: place.nowMs,
    lastSeenAtMs: place.nowMs,
  };
};

const dateOf = (ms: number): string => (ms === 0 ? '?' : new Date(ms).toISOString().slice(0, 10));

/** What a pending security update is in the words of the contracts. The severity is the archive's silence: it rates none. */
export const pendingUpdateFinding = (update: PendingUpdate, place: FindingPlace): Finding => {
  const command = /^[a-z0-9][a-z0-9+.-]*$/.test(update.name)
    ? `apt-get install --only-upgrade ${update.name}`
    : undefined;
  return {
    id: findingId(place, ['pending-update', update.name, update.architecture]),
    cluster: place.cluster,
    tenant: place.tenant,
    kind: 'pending-update',
    title: {
      en: cut(`${update.name} has a pending security update`, 512),
      ja: cut(`${update.name} に未適用のセキュリティ更新があります`, 512),
    },
    severity: 'unknown',
    subject: place.subject,
    ...(place.node === undefined ? {} : { node: place.node }),
    evidence: [
      cut(
        `${update.name} ${update.installed} < ${update.candidate} (${update.origin}, ${dateOf(update.listsAsOfMs)})`,
        2000,
      ),
    ],
    why: [
      {
        step: 'package',
        detail: cutBoth(
          {
            en: `${update.name} ${update.installed} is installed`,
            ja: `${update.name} ${update.installed} が導入済み`,
          },
          1000,
        ),
      },
      {
        step: 'advisory',
        detail: cutBoth(
          {
            en: `${update.origin} offers ${update.candidate}; list of ${dateOf(update.listsAsOfMs)}`,
            ja: `${update.origin} が ${update.candidate} を提供（${dateOf(update.listsAsOfMs)} の一覧）`,
          },
          1000,
        ),
      },
      {
        step: 'comparator',
        detail: { en: 'versions in dpkg order', ja: 'バージョンは dpkg の順序で比較' },
      },
    ],
    fix: {
      state: 'fixed',
      version: cut(update.candidate, 256),
      action: {
        en: cut(`Install the pending update of ${update.name}.`, 2000),
        ja: cut(`${update.name} の保留中の更新を適用してください。`, 2000),
      },
      ...(command === undefined ? {} : { command }),
    },
    owasp: { 2022: ['K10'], 2025: ['K07'] },
    attack: [],
    state: 'open',
    groupKey: cut(`update:apt:${update.name}`, 512),
    firstSeenAtMs: place.nowMs,
    lastSeenAtMs: place.nowMs,
  };
};
