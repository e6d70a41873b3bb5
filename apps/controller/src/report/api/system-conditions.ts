// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { StoreState } from '@bartizan/adapters/store';
import { ERRORS, type ErrorCode, type Node, type NodeCondition } from '@bartizan/contracts';
import type { AdvisoryState, ClusterStatus, IngestCounters } from '../../ports.ts';

interface Facts {
  readonly store: StoreState;
  readonly advisories: AdvisoryState;
  readonly activity: string | undefined;
  readonly nodes: readonly Node[];
  readonly counters: IngestCounters;
  readonly cluster: ClusterStatus;
  /** What is to be said of the audit log of API servers. */
  readonly auditLog: readonly NodeCondition[];
}

const OLD_DAYS = 7;
const CONDITIONS_MAX = 64;
const NAMES_SHOWN = 5;

function fromCatalogue(
  code: ErrorCode,
  severity: NodeCondition['severity'],
  more: { en: string; ja: string },
): NodeCondition {
  const { title, remedy } = ERRORS[code];
  const join = (text: string, colon: string, detail: string): string =>
    (detail === '' ? text : `${text}${colon}${detail}`).slice(0, 1000);
  return {
    code,
    severity,
    message: { en: join(title.en, ': ', more.en), ja: join(title.ja, '：', more.ja) },
    remedy: { ...remedy },
  };
}

function ofAdvisories({ advisories, activity }: Facts): NodeCondition[] {
  if (!advisories.present)
    return activity === undefined
      ? [fromCatalogue('E_PACK_MISSING', 'warning', { en: '', ja: '' })]
      : [
          {
            code: 'advisories.building',
            severity: 'info',
            message: { en: 'The advisory pack is being built', ja: '脆弱性情報パックを作成しています' },
            remedy: {
              en: 'Nothing to do: findings appear when it is ready.',
              ja: '対応は不要です。準備ができると検出事項が表示されます。',
            },
          },
        ];
  if (advisories.sample)
    return [
      {
        code: 'advisories.sample',
        severity: 'info',
        message: {
          en: 'Only the small sample of advisories is loaded: most vulnerabilities are not seen',
          ja: '小さなサンプルの脆弱性情報だけが読み込まれています。ほとんどの脆弱性は検出できません',
        },
        remedy: {
          en: 'Run `bartizan db update`, or import a pack.',
          ja: '`bartizan db update` を実行するか、パックを読み込んでください。',
        },
      },
    ];
  const age = advisories.ageDays ?? 0;
  if (age <= OLD_DAYS) return [];
  return [
    {
      code: 'advisories.old',
      severity: 'warning',
      message: { en: `The advisories are ${age} days old`, ja: `脆弱性情報が ${age} 日前のものです` },
      remedy: {
        en: 'Run `bartizan db update`, or import a newer pack.',
        ja: '`bartizan db update` を実行するか、新しいパックを読み込んでください。',
      },
    },
  ];
}

function ofNode(node: Node): NodeCondition[] {
  if (node.state === 'disconnected')
    return [
      fromCatalogue('E_CONTROLLER_UNREACHABLE', 'warning', {
        en: `node ${node.name}`,
        ja: `ノード ${node.name}`,
      }),
    ];
  return node.conditions.map((condition) => ({
    ...condition,
    message: {
      en: `${node.name}: ${condition.message.en}`.slice(0, 1000),
      ja: `${node.name}: ${condition.message.ja}`.slice(0, 1000),
    },
  }));
}

/** While nothing can be written, what nodes report is refused and sent again later: what is shown of them is older. */
function ofFrozenNodes({ store, nodes }: Facts): NodeCondition[] {
  if (store.state === 'ok' || nodes.every(({ notStored }) => notStored === true)) return [];
  return [
    {
      code: 'nodes.as-of-before',
      severity: 'warning',
      message: {
        en: 'What nodes report now is not stored: their state, buffers and losses are shown as they were before',
        ja: 'ノードの現在の報告は保存されていません。状態・バッファー・損失は以前の値です',
      },
      remedy: {
        en: 'Make the store writable again. Agents keep verdicts meanwhile and count what they shed.',
        ja: 'ストアに書き込めるようにしてください。その間エージェントは判定を保持し、破棄した件数を数えます。',
      },
    },
  ];
}

/** Nodes whose records are not taken tell how they are beside them: true now, and gone with a restart. */
function ofUnstoredNodes({ nodes }: Facts): NodeCondition[] {
  const count = nodes.filter(({ notStored }) => notStored === true).length;
  if (count === 0) return [];
  return [
    {
      code: 'nodes.not-stored',
      severity: 'warning',
      message: {
        en: `What nodes report now is shown from memory and not stored: ${count} of ${nodes.length}`,
        ja: `ノードの現在の報告はメモリー上の値で、保存されていません：${nodes.length} 台中 ${count} 台`,
      },
      remedy: {
        en: 'Make the store writable again; agents then send what they kept.',
        ja: 'ストアに書き込めるようにしてください。エージェントは保持している記録をその後に送信します。',
      },
    },
  ];
}

function ofLosses({ nodes, counters }: Facts): NodeCondition[] {
  const kernel = nodes.reduce((total, node) => total + node.sensor.lostInKernelTotal, 0);
  const shed = nodes.reduce((total, node) => total + node.sensor.shedTotal + node.uplink.shedTotal, 0);
  if (kernel + shed + counters.rejectedTotal === 0) return [];
  return [
    {
      code: 'events.lost',
      severity: 'warning',
      message: {
        en: `Events were lost: ${kernel} in the kernel, ${shed} shed by agents, ${counters.rejectedTotal} refused as invalid`,
        ja: `イベントが失われました：カーネル ${kernel} 件、エージェントの破棄 ${shed} 件、不正として拒否 ${counters.rejectedTotal} 件`,
      },
      remedy: {
        en: 'See the node pages: which class, how many, since when.',
        ja: 'ノード画面で種類・件数・開始時刻を確認してください。',
      },
    },
  ];
}

const isCode = (code: string | undefined): code is ErrorCode => code !== undefined && code in ERRORS;

/** What of the cluster is not known: an unknown kind is never told as an empty one. */
function ofCluster({ cluster }: Facts): NodeCondition[] {
  const { state, code, detail = '', kinds, admission } = cluster;
  const webhooks = (admission?.webhooks ?? []).filter((one) => isCode(one.code));
  const forbidden = kinds.filter(({ condition }) => condition === 'not-permitted').map(({ kind }) => kind);
  const names = forbidden.join(', ');
  return [
    ...(isCode(code)
      ? [fromCatalogue(code, state === 'failed' ? 'error' : 'warning', { en: detail, ja: detail })]
      : []),
    ...(isCode(admission?.code)
      ? [fromCatalogue(admission.code, 'error', { en: admission.detail ?? '', ja: admission.detail ?? '' })]
      : []),
    ...webhooks.flatMap((one) =>
      isCode(one.code) ? [fromCatalogue(one.code, 'error', { en: one.name, ja: one.name })] : [],
    ),
    ...(forbidden.length === 0
      ? []
      : [fromCatalogue('E_KUBE_NOT_PERMITTED', 'warning', { en: names, ja: names })]),
  ];
}

/** What rules name and nobody asks about, and what exists and nobody may read: neither passes for judged. */
function ofAdmission({ cluster: { admission, customKinds } }: Facts): NodeCondition[] {
  const notAsked = admission?.notAsked;
  const unread = customKinds?.notPermitted ?? [];
  const noRoom = customKinds?.noRoom ?? 0;
  const shown = (names: readonly string[], total: number): string =>
    `${names.slice(0, NAMES_SHOWN).join(', ')}${total > NAMES_SHOWN ? ', …' : ''}`;
  return [
    ...(notAsked === undefined
      ? []
      : [
          {
            code: 'admission.not-asked',
            severity: 'warning' as const,
            message: {
              en: `Rules name ${notAsked.total} resources too many: API servers are not told to ask about them: ${shown(notAsked.resources, notAsked.total)}`,
              ja: `ルールの対象リソースが上限を ${notAsked.total} 件超えており、API サーバーからの問い合わせの対象外です：${shown(notAsked.resources, notAsked.total)}`,
            },
            remedy: {
              en: 'Name whole groups as group/* instead of each resource, or switch rules off. `bartizan policy coverage` lists all that is left out.',
              ja: 'リソースを個別に書く代わりに group/* の形でまとめるか、ルールを無効にしてください。`bartizan policy coverage` で対象外のものをすべて確認できます。',
            },
          },
        ]),
    ...(unread.length === 0
      ? []
      : [
          {
            code: 'admission.custom-kinds-unread',
            severity: 'info' as const,
            message: {
              en: `What exists of custom kinds is unknown, since it may not be read: ${shown(unread, unread.length)}`,
              ja: `読み取り権限がないため、既存のオブジェクトを評価できないカスタムリソースがあります：${shown(unread, unread.length)}`,
            },
            remedy: {
              en: '`bartizan policy coverage` shows the command that permits it. Requests are judged all the same.',
              ja: '`bartizan policy coverage` に権限を与えるコマンドが表示されます。リクエスト時の評価は行われています。',
            },
          },
        ]),
    ...(noRoom === 0
      ? []
      : [
          {
            code: 'admission.custom-kinds-no-room',
            severity: 'warning' as const,
            message: {
              en: `Custom kinds of which not everything that exists is judged, since there is too much: ${noRoom}`,
              ja: `件数が上限を超え、既存のオブジェクトの一部またはすべてを評価していないカスタムリソース：${noRoom} 件`,
            },
            remedy: {
              en: 'At most 100 kinds with 5,000 objects each are followed. `bartizan policy coverage` lists the others; their requests are judged all the same.',
              ja: '追跡できるのは 100 種類、1 種類あたり 5,000 件までです。対象外は `bartizan policy coverage` で確認できます。リクエスト時の評価は行われています。',
            },
          },
        ]),
  ];
}

/** Everything a person should know about the installation, worst first. Nothing is left out because it is unpleasant. */
export function conditionsOf(facts: Facts): NodeCondition[] {
  const { store, nodes } = facts;
  const ofStore =
    store.state === 'ok'
      ? []
      : [fromCatalogue(store.code ?? 'E_STORE_IO', 'error', store.reason ?? { en: '', ja: '' })];
  const all = [
    ...ofStore,
    ...ofFrozenNodes(facts),
    ...ofUnstoredNodes(facts),
    ...nodes.flatMap(ofNode),
    ...ofAdvisories(facts),
    ...ofCluster(facts),
    ...ofAdmission(facts),
    ...facts.auditLog,
    ...ofLosses(facts),
  ];
  const rank = { error: 0, warning: 1, info: 2 };
  return all.toSorted((one, two) => rank[one.severity] - rank[two.severity]).slice(0, CONDITIONS_MAX);
}
