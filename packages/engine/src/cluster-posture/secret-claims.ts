// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { AccessCheck } from '../access/index.ts';
import { CLUSTER_CHECKS } from './checks.ts';
import { type ClaimSource, type ClusterClaim, claim, missingOf, NONE } from './claim.ts';
import type { SecretUse } from './secret-use.ts';

const GRANTING = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];
/** Who may read the secrets in use of a namespace, and how they are taken. */
export function* secretClaims(source: ClaimSource, namespace: string): Generator<ClusterClaim> {
  const mine = source.secrets.filter((secret) => secret.namespace === namespace && secret.users.length > 0);
  const base = { about: `Namespace/${namespace}`, namespace, applies: mine.length > 0 };
  const readable = mine.filter(({ everybody }) => everybody.length > 0);
  yield claim(CLUSTER_CHECKS.readable, {
    ...base,
    bad: readable.map(({ name, everybody }) => `Secret/${namespace}/${name}: ${everybody.join(', ')}`),
    missing: missingOf(source, ['Pod', 'Ingress', ...GRANTING]),
    said: {
      en: `${readable.length} secrets in ${namespace} can be read by everyone`,
      ja: `${namespace} の Secret ${readable.length} 件を誰でも読み取れる`,
    },
    action: {
      en: 'Remove the binding that names the group of everyone, or bind a role that names the secrets and only who needs them.',
      ja: '全員を含むグループを指定しているバインディングを削除するか、必要な主体と Secret 名だけに限定したロールをバインドしてください。',
    },
  });
  const taken = mine.flatMap(({ name, users }) =>
    users.filter(({ way }) => way === 'environment').map(({ by }) => `${by}: Secret/${namespace}/${name}`),
  );
  yield claim(CLUSTER_CHECKS.environment, {
    ...base,
    bad: taken,
    missing: missingOf(source, ['Pod']),
    said: {
      en: `${taken.length} times a pod in ${namespace} takes a secret as an environment variable`,
      ja: `${namespace} の Pod が環境変数として Secret を受け取っている箇所が ${taken.length} 件ある`,
    },
    action: {
      en: 'Mount the secret as a file: environment variables are inherited by every child process and end in crash reports and logs.',
      ja: 'Secret はファイルとしてマウントしてください。環境変数は子プロセスに引き継がれ、クラッシュレポートやログに残ることがあります。',
    },
  });
}

const DAY_MS = 86_400_000;
/** After which a value counts as not rotated. */
const ROTATED_DAYS = 365;

const placeOf = ({ namespace, name }: SecretUse): string => `Secret/${namespace}/${name}`;
const daysSince = (atMs: number, nowMs: number): number => Math.floor((nowMs - atMs) / DAY_MS);

/** What a check finds bad among the secrets of a namespace, and what to do about it. */
interface AgeCheck {
  readonly check: AccessCheck;
  readonly bad: (mine: readonly SecretUse[], nowMs: number) => readonly string[];
  /** Kinds beside secrets that it needs whole. */
  readonly needs: (source: ClaimSource) => readonly string[];
  readonly said: (count: number, namespace: string) => LocalText;
  readonly action: LocalText;
}

/** Kubernetes itself makes and drops these (bootstrap tokens of nodes that join). */
const OF_KUBERNETES = /^bootstrap-token-/;

const AGE_CHECKS: readonly AgeCheck[] = [
  {
    check: CLUSTER_CHECKS.rotated,
    needs: () => [],
    bad: (mine, nowMs) =>
      mine.flatMap((secret) => {
        const { note, users } = secret;
        if (users.length === 0 || note?.changedAtMs === undefined) return [];
        const days = daysSince(note.changedAtMs, nowMs);
        return days > ROTATED_DAYS ? [`${placeOf(secret)}: ${days} days`] : [];
      }),
    said: (count, namespace) => ({
      en: `The values of ${count} secrets in use in ${namespace} are older than ${ROTATED_DAYS} days`,
      ja: `${namespace} で使用中の Secret ${count} 件の値が ${ROTATED_DAYS} 日以上更新されていない`,
    }),
    action: {
      en: 'Issue a new value where the secret comes from, write it to the secret, then revoke the old one; let an operator (cert-manager, External Secrets) do it from then on.',
      ja: '発行元で新しい値を発行して Secret に書き込み、その後で古い値を失効させてください。以後は cert-manager や External Secrets などのオペレーターによる自動更新を推奨します。',
    },
  },
  {
    check: CLUSTER_CHECKS.unused,
    needs: (source) => [
      ...missingOf(source, ['Pod', 'Ingress', 'ServiceAccount']),
      ...source.unreadUses.filter((kind) => kind !== 'Secret'),
    ],
    bad: (mine) =>
      mine
        .filter(
          ({ users, note, name }) =>
            users.length === 0 && note?.sort === 'other' && !OF_KUBERNETES.test(name),
        )
        .map(placeOf),
    said: (count, namespace) => ({
      en: `No pod, workload, ingress or service account in ${namespace} names ${count} secrets`,
      ja: `${namespace} の Secret ${count} 件は、どの Pod・ワークロード・Ingress・サービスアカウントからも参照されていない`,
    }),
    action: {
      en: 'Delete it unless a program reads it through the API (an ingress controller, an operator): the audit log and the list of readers show who may.',
      ja: 'API 経由で読み取るプログラム（Ingress コントローラーやオペレーターなど）がなければ削除してください。読み取れる主体は一覧と監査ログで確認できます。',
    },
  },
  {
    check: CLUSTER_CHECKS.token,
    needs: () => [],
    bad: (mine) => mine.filter(({ note }) => note?.sort === 'token').map(placeOf),
    said: (count, namespace) => ({
      en: `${count} secrets in ${namespace} hold a token of a service account that never expires`,
      ja: `${namespace} の Secret ${count} 件に、無期限のサービスアカウントトークンが保存されている`,
    }),
    action: {
      en: 'Use tokens that expire: projected volumes for pods, `kubectl create token` or an identity provider for everything else; then delete the secret, which revokes the token.',
      ja: 'Pod には projected ボリューム、それ以外には `kubectl create token` や ID プロバイダーなど、期限付きのトークンを使い、その後で Secret を削除してください（トークンも失効します）。',
    },
  },
];

/** How old the secrets of each namespace are, and whether anything uses them. Where they may not be read, it is unknown once. */
export function* secretAgeClaims(source: ClaimSource): Generator<ClusterClaim> {
  const byNamespace = Map.groupBy(source.secrets, ({ namespace }) => namespace);
  for (const { check, bad, needs, said, action } of AGE_CHECKS) {
    if (source.unreadUses.includes('Secret')) {
      yield claim(check, {
        ...{ about: 'Cluster', namespace: '', applies: true, bad: [], missing: ['Secret'] },
        ...{ said: check.title, action: NONE },
      });
      continue;
    }
    for (const namespace of source.namespaces) {
      const mine = byNamespace.get(namespace) ?? [];
      const found = bad(mine, source.nowMs);
      yield claim(check, {
        ...{ about: `Namespace/${namespace}`, namespace, applies: mine.length > 0, bad: found, action },
        missing: needs(source),
        said: said(found.length, namespace),
      });
    }
  }
}
