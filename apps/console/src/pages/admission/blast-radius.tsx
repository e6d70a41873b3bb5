// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BodyOf, ResponseOf } from '@bartizan/contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../data/api-client.ts';
import { isUnwatched } from '../../data/api-error.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { VerdictBadge } from '../../widgets/badges.tsx';
import { FailureLine, Loading, Unknown } from '../../widgets/states.tsx';
import { Verbatim } from '../../widgets/text.tsx';

type Radius = ResponseOf<'admission.simulate'>;
type Tally = Radius['byRule'];
const ROWS_MAX = 8;

/** What a draft would do, asked again whenever the draft changes. */
export const useSimulation = (draft: BodyOf<'admission.simulate'>, enabled: boolean) => {
  const asked = useQuery({
    queryKey: ['admission.simulate', draft],
    queryFn: ({ signal }) => call('admission.simulate', { body: draft, signal }),
    enabled,
    retry: false,
  });
  return { asked, isUnwatched: isUnwatched(asked.error) };
};
export type SimulationState = ReturnType<typeof useSimulation>;

const TallyTable = ({ title, rows }: { title: string; rows: Tally }) => {
  const t = useT();
  const { count } = useFormat();
  if (rows.length === 0) return null;
  return (
    <div className="stack tight">
      <span className="small second">{title}</span>
      <ul className="list-plain tally">
        {rows.slice(0, ROWS_MAX).map(({ name, count: n }) => (
          <li key={name}>
            {name === '' ? (
              <span className="quiet">{t('admission.no-name')}</span>
            ) : (
              <Verbatim mono>{name}</Verbatim>
            )}
            <span className="number">{count(n)}</span>
          </li>
        ))}
        {rows.length > ROWS_MAX && (
          <li className="small quiet">{t('admission.and-more', { n: count(rows.length - ROWS_MAX) })}</li>
        )}
      </ul>
    </div>
  );
};

const Examples = ({ radius }: { radius: Radius }) => {
  const t = useT();
  const { text } = useFormat();
  if (radius.examples.length === 0) return null;
  return (
    <div className="stack tight">
      <span className="small second">{t('admission.radius.examples')}</span>
      <ul className="list-plain stack tight">
        {radius.examples.slice(0, ROWS_MAX).map((example) => (
          <li
            key={`${example.operation} ${example.kind} ${example.namespace} ${example.name} ${example.user}`}
            className="row wrap"
          >
            <VerdictBadge verdict={example.before} />
            <span aria-hidden="true">→</span>
            <VerdictBadge verdict={example.after} />
            <Verbatim mono>
              {`${example.kind} ${example.namespace === '' ? '' : `${example.namespace}/`}${example.name}`}
            </Verbatim>
            {example.message !== undefined && <span className="second">{text(example.message)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
};

/** Which objects and requests would come out otherwise, in numbers, then by where and whose, then one by one. */
const RadiusFacts = ({ radius }: { radius: Radius }) => {
  const t = useT();
  const { count } = useFormat();
  const totals = [
    ['admission.radius.denied', radius.newlyDenied],
    ['admission.radius.alerted', radius.newlyAlerted],
    ['admission.radius.allowed', radius.newlyAllowed],
  ] as const;
  return (
    <div className="stack">
      <dl className="radius-totals">
        {totals.map(([key, n]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{count(n)}</dd>
          </div>
        ))}
      </dl>
      <p className="small quiet">
        {t('admission.radius.judged', { n: count(radius.judged), objects: count(radius.objects) })}
      </p>
      <div className="form-pair">
        <TallyTable title={t('admission.radius.by-namespace')} rows={radius.byNamespace} />
        <TallyTable title={t('admission.radius.by-owner')} rows={radius.byOwner} />
        <TallyTable title={t('admission.radius.by-rule')} rows={radius.byRule} />
        <TallyTable title={t('admission.radius.by-user')} rows={radius.byUser} />
      </div>
      <Examples radius={radius} />
    </div>
  );
};

/** The blast radius of a draft: known, not to be known without a cluster, or refused with the reason. */
export const BlastRadius = ({ simulation }: { simulation: SimulationState }) => {
  const t = useT();
  const { asked, isUnwatched } = simulation;
  return (
    <section className="stack tight" aria-label={t('admission.radius')} aria-live="polite">
      <h3 className="second small">{t('admission.radius')}</h3>
      {isUnwatched ? (
        <Unknown why={t('admission.radius.unwatched')} what={t('admission.radius.unwatched.note')} />
      ) : asked.isError ? (
        <FailureLine error={asked.error} />
      ) : asked.data === undefined ? (
        <Loading rows={4} />
      ) : (
        <RadiusFacts radius={asked.data} />
      )}
    </section>
  );
};
