// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionReports } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../data/api-client.ts';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { Asked, FailureLine } from '../../widgets/states.tsx';
import { StoredFailure } from '../../widgets/stored-failure.tsx';
import { Facts, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { renewPolicy } from './stale-routes.ts';

type State = AdmissionReports['state'];
const TONES = {
  off: 'quiet',
  pending: 'unknown',
  on: 'ok',
  'not-served': 'medium',
  'not-permitted': 'critical',
  failed: 'critical',
  'no-cluster': 'quiet',
} as const satisfies Record<State, Tone>;
/** The controller writes at most that often; what it wrote is shown soon after. */
const REFETCH_MS = 15_000;

/** Keeps or removes the reports; taking it back is the other of both. */
const useChoose = () => {
  const t = useT();
  const toast = useToast();
  const put = (on: boolean) => call('admission.reports.put', { body: { on } });
  return useMutation({
    mutationFn: put,
    onSuccess: ({ state, code }, on) => {
      renewPolicy();
      // What was asked for and could not be done is told in the card, not as done.
      if (code !== undefined || state === 'not-served') return;
      toast.done(
        t(on ? 'admission.reports.on.done' : 'admission.reports.off.done'),
        () => void put(!on).then(renewPolicy).catch(toast.failed),
      );
    },
  });
};

/** What is in the cluster now, and what could not be done. */
const Kept = ({ kept }: { kept: AdmissionReports }) => {
  const t = useT();
  const { count } = useFormat();
  const { state, api, reports, results, leftOut, writtenAtMs, code, detail } = kept;
  const isServed = api !== undefined;
  return (
    <>
      <Facts
        rows={[
          [
            t('admission.reports.state'),
            <Badge key="state" tone={TONES[state]}>
              {t(`admission.reports.state.${state}`)}
            </Badge>,
          ],
          [
            t('admission.reports.api'),
            isServed && (
              <Verbatim key="api" mono>
                {api}
              </Verbatim>
            ),
          ],
          [t('admission.reports.reports'), isServed && count(reports)],
          [t('admission.reports.results'), isServed && count(results)],
          [t('admission.reports.left-out'), isServed && count(leftOut)],
          [
            t('admission.reports.compared'),
            writtenAtMs !== undefined && <When key="compared" at={writtenAtMs} />,
          ],
        ]}
      />
      {state === 'not-served' && <p className="warn-text small">{t('admission.reports.not-served')}</p>}
      {code !== undefined && (
        <p className="warn-text small" role="alert">
          <StoredFailure code={code} detail={detail} />
        </p>
      )}
    </>
  );
};

/** What would be written, before somebody asks for it. */
const Planned = ({ planned }: { planned: AdmissionReports['planned'] }) => {
  const t = useT();
  const { count } = useFormat();
  if (planned === undefined) return <p className="small second">{t('admission.reports.planned.unknown')}</p>;
  const { reports, results, leftOut } = planned;
  return (
    <p className="small">
      {t('admission.reports.planned', { reports: count(reports), results: count(results) })}
      {leftOut > 0 && <> {t('admission.reports.planned.left-out', { n: count(leftOut) })}</>}
    </p>
  );
};

/** The audit of what exists as objects of the cluster: off until somebody asks, with what it would write. */
export const ReportsCard = ({ mayChange }: { mayChange: boolean }) => {
  const t = useT();
  const asked = useApi('admission.reports', { refetchMs: REFETCH_MS });
  const choose = useChoose();
  return (
    <section className="card card-body stack" aria-label={t('admission.reports')}>
      <h2>{t('admission.reports')}</h2>
      <p className="small second">{t('admission.reports.note')}</p>
      <Asked of={asked}>
        {(kept) =>
          kept.state === 'no-cluster' ? (
            <p className="quiet">{t('admission.kept.no-cluster')}</p>
          ) : (
            <>
              <Kept kept={kept} />
              {kept.state === 'off' && <Planned planned={kept.planned} />}
              {choose.isError && <FailureLine error={choose.error} />}
              {mayChange && (
                <span>
                  <Button
                    size="sm"
                    variant={kept.state === 'off' ? 'filled' : 'default'}
                    loading={choose.isPending}
                    onClick={() => choose.mutate(kept.state === 'off')}
                  >
                    {t(kept.state === 'off' ? 'admission.reports.on' : 'admission.reports.off')}
                  </Button>
                </span>
              )}
            </>
          )
        }
      </Asked>
    </section>
  );
};
