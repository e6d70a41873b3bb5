// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { Button, FileButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/api-client.ts';
import { useApi } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { Prose } from '../../widgets/prose.tsx';
import { Asked, FailureLine, Unknown } from '../../widgets/states.tsx';
import { Copy, Cut, Facts } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';

type Advisories = ResponseOf<'advisory.status'>;

const ImportPack = () => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const load = useMutation({
    mutationFn: (file: File) => call('advisory.import', { bytes: file }),
    onSuccess: () => {
      for (const route of ['advisory.status', 'system.status', 'finding.list', 'finding.groups'])
        void client.invalidateQueries({ queryKey: [route] });
      toast.done(t('advisories.imported'));
    },
  });
  return (
    <div className="stack tight">
      {load.isError && <FailureLine error={load.error} />}
      <span>
        <FileButton onChange={(file) => file !== null && load.mutate(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="sm"
              loading={load.isPending}
              leftSection={<IconUpload size={16} aria-hidden="true" />}
            >
              {t('advisories.import')}
            </Button>
          )}
        </FileButton>
      </span>
      <p className="quiet small">
        <Prose text={t('advisories.import.note')} />
      </p>
    </div>
  );
};

const Sources = ({ advisories }: { advisories: Advisories }) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <table className="simple-table">
      <thead>
        <tr>
          <th>{t('field.ecosystem')}</th>
          <th className="number">{t('advisories.rows')}</th>
          <th>{t('advisories.date')}</th>
          <th className="hide-narrow">{t('advisories.completeness')}</th>
        </tr>
      </thead>
      <tbody>
        {advisories.ecosystems.map((entry) => (
          <tr key={entry.ecosystem}>
            <td translate="no">{entry.ecosystem}</td>
            <td className="number">{count(entry.rows)}</td>
            <td translate="no">{entry.asOf ?? '–'}</td>
            <td className="hide-narrow">{t(`completeness.${entry.completeness}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** What the last change of packs led to: how many verdicts changed hands, and that nothing was read for it. */
const Rejudged = ({ of }: { of: Advisories['rejudged'] }) => {
  const t = useT();
  const { count, exact } = useFormat();
  if (of === undefined) return t('advisories.rejudged.never');
  const { judged, carried, waiting, reread } = of;
  const counts = { judged: count(judged), carried: count(carried), reread: count(reread) };
  return (
    <>
      {of.endedAtMs === undefined
        ? t('advisories.rejudged.waiting', { waiting: count(waiting) })
        : exact(of.endedAtMs)}
      {' · '}
      {t('advisories.rejudged.counts', counts)}
    </>
  );
};

const State = ({ advisories }: { advisories: Advisories }) => {
  const t = useT();
  const { count, exact } = useFormat();
  const mayManage = useMay('advisories:manage');
  return (
    <>
      <section className="card" aria-labelledby="advisories-title">
        <div className="card-head">
          <h2 id="advisories-title">{t('settings.advisories')}</h2>
          {advisories.sample && <Badge tone="medium">{t('advisories.sample.short')}</Badge>}
        </div>
        <div className="card-body stack">
          {!advisories.present && (
            <Unknown why={t('advisories.none')} what={<Prose text={t('advisories.none.what')} />} />
          )}
          <Facts
            rows={[
              [t('advisories.built'), advisories.builtAtMs !== undefined && exact(advisories.builtAtMs)],
              [
                t('advisories.age.title'),
                advisories.ageDays !== undefined && t('advisories.days', { count: advisories.ageDays }),
              ],
              [t('advisories.rows'), count(advisories.rows)],
              [
                t('advisories.digest'),
                advisories.digest !== undefined && (
                  <span key="d" className="row">
                    <Cut text={advisories.digest} most={36} mono />
                    <Copy value={advisories.digest} />
                  </span>
                ),
              ],
              [t('advisories.rejudged'), <Rejudged key="r" of={advisories.rejudged} />],
            ]}
          />
          {mayManage && <ImportPack />}
        </div>
      </section>
      {advisories.ecosystems.length > 0 && (
        <section className="card" aria-label={t('advisories.covers')}>
          <div className="card-head">
            <h2>{t('advisories.covers')}</h2>
          </div>
          <Sources advisories={advisories} />
        </section>
      )}
      {advisories.noData.length > 0 && (
        <Unknown
          why={t('advisories.silent')}
          what={<span translate="no">{advisories.noData.join(', ')}</span>}
        />
      )}
    </>
  );
};

/** What the findings rest on: age, sources, gaps; load a newer pack. */
export const AdvisoriesSettings = () => {
  const asked = useApi('advisory.status');
  return (
    <div className="stack">
      <Asked of={asked}>{(advisories) => <State advisories={advisories} />}</Asked>
    </div>
  );
};
