// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { StoredFailure } from '../../widgets/stored-failure.tsx';
import { Copy, Verbatim } from '../../widgets/text.tsx';
import { NotAsked } from './custom-kinds.tsx';

type Status = ResponseOf<'admission.status'>;
type Cluster = Status['kubernetes'];
type Webhooks = NonNullable<Cluster['admission']>;

const CLUSTER_TONES = {
  off: 'unknown',
  failed: 'critical',
  connecting: 'quiet',
  synced: 'ok',
  partial: 'medium',
  behind: 'medium',
} as const satisfies Record<Cluster['state'], Tone>;
const GATE_TONES = { off: 'unknown', starting: 'quiet', on: 'ok', failed: 'critical' } as const;
const HOOK_TONES = {
  'in-force': 'ok',
  absent: 'critical',
  restored: 'high',
  'not-permitted': 'critical',
  off: 'unknown',
} as const satisfies Record<Webhooks['webhooks'][number]['state'], Tone>;
const EVERY_MS = 15_000;

const Hindrance = ({ code, detail }: { code?: string | undefined; detail?: string | undefined }) =>
  code === undefined && detail === undefined ? null : (
    <span className="small">
      {code === undefined ? <Verbatim>{detail}</Verbatim> : <StoredFailure code={code} detail={detail} />}
    </span>
  );

const ClusterState = ({ cluster }: { cluster: Cluster }) => {
  const t = useT();
  if (cluster.state === 'off') {
    return <Unknown inline why={t('admission.cluster.off')} what={t('admission.cluster.off.note')} />;
  }
  return (
    <span className="row wrap">
      <Badge tone={CLUSTER_TONES[cluster.state]}>{t(`admission.cluster.${cluster.state}`)}</Badge>
      {cluster.server !== undefined && <Verbatim mono>{cluster.server}</Verbatim>}
      {cluster.version !== undefined && <Verbatim>{cluster.version}</Verbatim>}
      <Hindrance code={cluster.code} detail={cluster.detail} />
    </span>
  );
};

const Gate = ({ gate }: { gate: Webhooks | undefined }) => {
  const t = useT();
  if (gate === undefined || gate.state === 'off') {
    return <Unknown inline why={t('admission.gate.off')} what={t('admission.gate.off.note')} />;
  }
  return (
    <span className="row wrap">
      <span className="second">{t('admission.gate')}</span>
      <Badge tone={GATE_TONES[gate.state]}>{t(`admission.gate.${gate.state}`)}</Badge>
      <Hindrance code={gate.code} detail={gate.detail} />
      {gate.webhooks.map((hook) => (
        <span key={hook.name} className="row wrap hook">
          <Verbatim mono>{hook.name}</Verbatim>
          <Badge tone={HOOK_TONES[hook.state]}>{t(`admission.hook.${hook.state}`)}</Badge>
          {hook.restoredTotal > 0 && (
            <span className="small quiet">
              {t('admission.hook.restored-total', { count: hook.restoredTotal })}
            </span>
          )}
          <span className="small quiet">
            {t(hook.failsClosed ? 'admission.hook.closed' : 'admission.hook.open')}
          </span>
        </span>
      ))}
    </span>
  );
};

const Unasked = ({ of }: { of: Webhooks['notAsked'] }) =>
  of === undefined ? null : <NotAsked resources={of.resources} total={of.total} />;

/** Says nothing while every answer is kept. */
const Kept = ({ record }: { record: Webhooks['record'] }) => {
  const t = useT();
  const { count } = useFormat();
  if (record === undefined || (record.lostTotal === 0 && record.code === undefined)) return null;
  return (
    <span className="row wrap small">
      <Badge tone="high">{t('admission.record.incomplete')}</Badge>
      <span>
        {t('admission.record.detail', { waiting: count(record.waiting), lost: count(record.lostTotal) })}
      </span>
      <Hindrance code={record.code} />
    </span>
  );
};

const Decided = ({ status }: { status: Status }) => {
  const t = useT();
  const { count } = useFormat();
  const rows = (['allow', 'alert', 'deny', 'undecided'] as const).flatMap((verdict) => {
    const n = Number(status.decisions[verdict] ?? 0);
    return n > 0 ? [[verdict, n] as const] : [];
  });
  if (rows.length === 0) return null;
  return (
    <span className="row wrap small">
      <span className="quiet">{t('admission.since-start')}</span>
      {rows.map(([verdict, n]) => (
        <span key={verdict}>
          {t(`verdict.${verdict}`)} {count(n)}
        </span>
      ))}
    </span>
  );
};

/** Whether a cluster is watched, whether its API server asks us, and which rules are in force. */
export const StatusStrip = () => {
  const t = useT();
  const asked = useApi('admission.status', { refetchMs: EVERY_MS });
  return (
    <Asked of={asked} rows={1}>
      {(status) => (
        <section className="banner admission-status" aria-label={t('admission.status')}>
          <ClusterState cluster={status.kubernetes} />
          {status.kubernetes.state !== 'off' && <Gate gate={status.kubernetes.admission} />}
          <Decided status={status} />
          <Kept record={status.kubernetes.admission?.record} />
          <Unasked of={status.kubernetes.admission?.notAsked} />
          {status.policyRevision === '' ? (
            <Unknown inline why={t('admission.no-policy')} />
          ) : (
            <span className="row small quiet" title={status.policyRevision}>
              {t('admission.revision')} <code>{status.policyRevision.slice(0, 12)}</code>
              <Copy value={status.policyRevision} />
            </span>
          )}
        </section>
      )}
    </Asked>
  );
};
