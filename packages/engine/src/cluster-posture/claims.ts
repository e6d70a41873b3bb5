// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { apiClaims } from './api-claims.ts';
import { CLUSTER_CHECKS } from './checks.ts';
import { type ClaimSource, type ClusterClaim, claim, missingOf, type ProbeResult } from './claim.ts';
import { cloudsOf, METADATA_ADDRESS, reachesMetadata, roleOfPod } from './cloud.ts';
import { type ClusterComponent, SKEW_MAX } from './components.ts';
import { type ExposurePoint, isOutside } from './exposure.ts';
import { probeUrl } from './probe.ts';
import { secretAgeClaims, secretClaims } from './secret-claims.ts';

function* cloudClaims(source: ClaimSource, namespace: string): Generator<ClusterClaim> {
  const clouds = cloudsOf(source.objects);
  const pods = source.endpoints.filter((pod) => pod.namespace === namespace);
  const answers =
    clouds.length === 0 ? [] : pods.map((pod) => ({ pod, reach: reachesMetadata(source.reachability, pod) }));
  const open = answers.filter(({ reach }) => reach === 'allowed');
  const isUncertain = source.unreadPolicies.length > 0 && open.length > 0;
  const missing = [
    ...missingOf(source, ['Pod', 'Node']),
    ...(isUncertain || answers.some(({ reach }) => reach === 'unknown') ? ['network policies'] : []),
  ];
  yield claim(CLUSTER_CHECKS.metadata, {
    ...{ about: `Namespace/${namespace}`, namespace, missing },
    applies: clouds.length > 0 && pods.length > 0,
    bad: isUncertain
      ? []
      : open.map(
          ({ pod }) =>
            `${namespace}/${pod.name} → ${METADATA_ADDRESS}:80${pod.hostNetwork ? ' (hostNetwork)' : ''}`,
        ),
    said: {
      en: `${open.length} of ${pods.length} pods in ${namespace} reach the metadata service (${clouds.join(', ')})`,
      ja: `${namespace} の Pod ${pods.length} 個のうち ${open.length} 個がメタデータサービスに到達できる（${clouds.join(', ')}）`,
    },
    action: {
      en: `Add an egress policy that leaves out ${METADATA_ADDRESS}/32, and require session tokens with a hop limit of 1 on the nodes.`,
      ja: `${METADATA_ADDRESS}/32 を除外した送信ポリシーを追加し、ノードではホップ上限 1 のセッショントークンを必須にしてください。`,
    },
  });
}

function* accountClaims(source: ClaimSource): Generator<ClusterClaim> {
  for (const { namespace, name, cloud, role } of source.objects.accounts)
    yield claim(CLUSTER_CHECKS.shared, {
      ...{ about: `ServiceAccount/${namespace}/${name}`, namespace, applies: true, missing: [] },
      bad: name === 'default' ? [`ServiceAccount/${namespace}/default → ${cloud}: ${role}`] : [],
      said: {
        en: `Every pod in ${namespace} that names no account has the role ${role}`,
        ja: `${namespace} でアカウントを指定しない Pod は、すべてロール ${role} を持つ`,
      },
      action: {
        en: 'Give the role to a service account of the one workload that needs it.',
        ja: '必要なワークロード専用のサービスアカウントにロールを移してください。',
      },
    });
}

const placeOf = ({ kind, namespace, name }: ExposurePoint): string => `${kind}/${namespace}/${name}`;

function* exposureClaims(source: ClaimSource): Generator<ClusterClaim> {
  const points = Map.groupBy(source.exposure.filter(isOutside), placeOf);
  for (const [about, mine] of points) {
    const [point] = mine;
    if (point === undefined) continue;
    const { namespace, surface, guard, sources } = point;
    const base = { about, namespace, applies: true };
    const how = mine.map(
      ({ way, ports }) => `${about}: ${way} ${ports.map(({ number }) => number).join(',')}`,
    );
    const missing = missingOf(source, ['Pod', 'Service']);
    yield claim(CLUSTER_CHECKS.surface, {
      ...{ ...base, missing },
      bad: surface === undefined || sources.length > 0 ? [] : how.map((one) => `${one} → ${surface.id}`),
      said: {
        en: `${about} exposes ${surface?.id ?? ''} outside the cluster: it ${surface?.risk.en ?? ''}`,
        ja: `${about} が ${surface?.id ?? ''} をクラスター外に公開している（${surface?.risk.ja ?? ''}）`,
      },
      action: {
        en: 'Make the service of type ClusterIP and reach it by port-forward or behind a proxy that signs people in; or limit loadBalancerSourceRanges.',
        ja: 'Service を ClusterIP に変更し、port-forward か認証付きプロキシー経由で利用してください。公開が必要なら loadBalancerSourceRanges で接続元を限定してください。',
      },
    });
    yield claim(CLUSTER_CHECKS.unguarded, {
      ...base,
      missing: guard === 'unknown' ? [...missing, ...source.unreadPolicies, 'pods behind it'] : [],
      bad: guard === 'none' || guard === 'some' ? how : [],
      said: {
        en: `No network policy narrows who reaches ${guard === 'some' ? 'some of ' : ''}the pods behind ${about}`,
        ja: `${about} の背後の Pod ${guard === 'some' ? 'の一部' : ''}への通信を絞るネットワークポリシーがない`,
      },
      action: {
        en: 'Add a NetworkPolicy that selects these pods and lets in only the port that is served.',
        ja: 'これらの Pod を対象とし、提供するポートだけを許可する NetworkPolicy を追加してください。',
      },
    });
    const roles = mine.flatMap(({ pods }) =>
      pods.flatMap((pod) => {
        const account = roleOfPod(source.objects, pod);
        return account === undefined ? [] : [`${namespace}/${pod.name} → ${account.cloud}: ${account.role}`];
      }),
    );
    yield claim(CLUSTER_CHECKS.exposedRole, {
      ...base,
      missing: missingOf(source, ['ServiceAccount', 'Pod']),
      bad: [...new Set(roles)],
      said: {
        en: `Pods behind ${about} are exposed and have a role of the cloud`,
        ja: `${about} の背後の公開 Pod がクラウドのロールを持っている`,
      },
      action: {
        en: 'Move what needs the role into a pod that is not exposed, and give the exposed one an account without it.',
        ja: 'ロールが必要な処理は公開しない Pod に分離し、公開する Pod にはロールのないアカウントを割り当ててください。',
      },
    });
  }
}

/** Parts without dates of their makers, or that an agent on the node judges. */
const UNDATED: ReadonlySet<string> = new Set(['kernel', 'system', 'etcd', 'coredns']);

function vulnerableClaim(where: string, mine: readonly ClusterComponent[]): ClusterClaim {
  const judged = mine.filter(({ product }) => product !== 'kernel' && product !== 'system');
  const bad = judged.flatMap(({ product, version, advisories = [] }) =>
    advisories.map(
      ({ id, severity, fixedIn }) =>
        `${product} ${version}: ${id} (${severity}${fixedIn === undefined ? '' : `, ${fixedIn}`})`,
    ),
  );
  const named = judged.filter(({ advisories = [] }) => advisories.length > 0);
  return claim(CLUSTER_CHECKS.vulnerable, {
    ...{ about: where === 'cluster' ? 'Cluster' : where, namespace: '', applies: judged.length > 0, bad },
    missing: judged.flatMap(({ product, version, advisories }) =>
      advisories === undefined ? [`${product} ${version}`] : [],
    ),
    said: {
      en: `${bad.length} advisories speak against ${named.map(({ product, version }) => `${product} ${version}`).join(', ')}`,
      ja: `${named.map(({ product, version }) => `${product} ${version}`).join('、')} に既知の脆弱性が ${bad.length} 件ある`,
    },
    action: {
      en: 'Upgrade to a version that has the fix (named in the evidence), the control plane first; until then limit who reaches the part.',
      ja: '根拠に示した修正済みのバージョンに、コントロールプレーンから順に更新してください。更新までは、その構成要素に到達できる範囲を制限してください。',
    },
  });
}

function* versionClaims(source: ClaimSource): Generator<ClusterClaim> {
  for (const [where, mine] of Map.groupBy(source.components, (one) => one.where)) {
    const dated = mine.filter(({ product }) => !UNDATED.has(product));
    yield vulnerableClaim(where, mine);
    const ended = dated.filter(({ support }) => support === 'ended');
    const undated = dated.filter(({ support }) => support === 'unknown');
    yield claim(CLUSTER_CHECKS.supported, {
      ...{ about: where === 'cluster' ? 'Cluster' : where, namespace: '', applies: dated.length > 0 },
      bad: ended.map(({ product, version, endsOn }) => `${product} ${version}: ${endsOn ?? ''}`),
      missing: undated.map(({ product, version }) => `${product} ${version}`),
      said: {
        en: `${ended.map(({ product, version }) => `${product} ${version}`).join(', ')} gets no security fixes any more`,
        ja: `${ended.map(({ product, version }) => `${product} ${version}`).join('、')} にはセキュリティ修正が提供されない`,
      },
      action: {
        en: 'Upgrade to a release that is supported, one minor version after the other, the control plane first.',
        ja: 'サポート中のリリースに、コントロールプレーンから順に 1 マイナーバージョンずつ更新してください。',
      },
    });
    const kubelets = mine.filter(({ product }) => product === 'kubelet');
    const skewed = kubelets.filter(({ behind }) => behind !== undefined && (behind < 0 || behind > SKEW_MAX));
    if (where === 'cluster') continue;
    yield claim(CLUSTER_CHECKS.skew, {
      ...{ about: where, namespace: '', applies: kubelets.length > 0 },
      bad: skewed.map(({ version, behind }) => `kubelet ${version}: ${behind ?? ''}`),
      missing: kubelets.some(({ behind }) => behind === undefined) ? ['version of the API server'] : [],
      said: {
        en: `The kubelet of ${where} does not fit the version of the API server`,
        ja: `${where} の kubelet のバージョンが API サーバーと合っていない`,
      },
      action: {
        en: 'Upgrade the kubelet; it may never be newer than the API server.',
        ja: 'kubelet を更新してください。API サーバーより新しくすることはできません。',
      },
    });
  }
}

/** What to do about several probes that were answered, each fix once. */
const fixes = (open: readonly ProbeResult[], language: keyof LocalText): string[] => [
  ...new Set(open.map(({ probe }) => probe.fix[language])),
];

function* probeClaims(source: ClaimSource): Generator<ClusterClaim> {
  for (const [about, mine] of Map.groupBy(source.probes, ({ probe }) => probe.about)) {
    const open = mine.filter(({ outcome }) => outcome === 'open');
    const silent = mine.filter(({ outcome }) => outcome === 'silent');
    yield claim(CLUSTER_CHECKS.stranger, {
      ...{ about, namespace: mine[0]?.probe.namespace ?? '', applies: true },
      bad: open.map(({ probe, said }) => `GET ${probeUrl(probe)} → ${said}`),
      missing: silent.map(({ probe }) => probeUrl(probe)),
      said: {
        en: `${about}: ${open.map(({ probe }) => probe.what.en).join(', ')}`,
        ja: `${about}：${open.map(({ probe }) => probe.what.ja).join('、')}`,
      },
      action: {
        en: `${fixes(open, 'en').join(' ')} Then probe again.`,
        ja: `${fixes(open, 'ja').join('')}修正後、もう一度プローブを実行してください。`,
      },
    });
  }
}

/** Everything that is said about secrets, exposure, the cloud and versions now. */
export function* clusterClaims(source: ClaimSource): Generator<ClusterClaim> {
  for (const namespace of source.namespaces) {
    yield* secretClaims(source, namespace);
    yield* cloudClaims(source, namespace);
  }
  yield* secretAgeClaims(source);
  yield* accountClaims(source);
  yield* exposureClaims(source);
  yield* versionClaims(source);
  if (source.apis !== undefined) yield* apiClaims(source, source.apis);
  yield* probeClaims(source);
}
