// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, ControlState, FrameworkAssessment } from '@bartizan/contracts/compliance';
import { SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Asked, Empty, Unknown } from '../../widgets/states.tsx';
import { TabLinks } from '../../widgets/tabs.tsx';
import { Verbatim, When } from '../../widgets/text.tsx';
import { AnswerList } from './answer-list.tsx';
import { byCheck, byPlace, byRef, hasWords } from './assessment-views.ts';
import { ScoreCell, StateBadge } from './compliance-words.tsx';
import { ControlList } from './control-list.tsx';
import { DownloadMenu } from './download-menu.tsx';
import { RunsCompared } from './runs-compared.tsx';

const TABS = ['controls', 'checks', 'places', 'exceptions', 'runs'] as const;
type Tab = (typeof TABS)[number];
const STATES = ['all', 'not-met', 'partly', 'unknown', 'met', 'not-judged'] as const;

const Facts = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const { text, percent } = useFormat();
  const { score, coverage, oldestAt, evidenceSha256 } = assessment;
  return (
    <section className="card" aria-label={t('compliance.facts')}>
      <dl className="facts card-body">
        <dt>{t('score.score')}</dt>
        <dd>
          <ScoreCell score={score} />
        </dd>
        <dt>{t('score.coverage')}</dt>
        <dd>
          {coverage === undefined ? <Unknown inline why={t('compliance.no-data')} /> : percent(coverage)}
        </dd>
        <dt>{t('compliance.oldest')}</dt>
        <dd>
          {oldestAt === undefined ? <Unknown inline why={t('compliance.no-data')} /> : <When at={oldestAt} />}
        </dd>
        <dt>{t('compliance.hash')}</dt>
        <dd>
          {evidenceSha256 === undefined ? (
            <Unknown inline why={t('compliance.no-data')} />
          ) : (
            <Verbatim mono>{evidenceSha256}</Verbatim>
          )}
        </dd>
        <dt>{t('compliance.limits')}</dt>
        <dd>{text(assessment.limits)}</dd>
        {assessment.numbers !== undefined && (
          <>
            <dt>{t('compliance.numbers')}</dt>
            <dd>{text(assessment.numbers)}</dd>
          </>
        )}
      </dl>
    </section>
  );
};

/** Number or words of a control; what is typed stands in the address. */
const ControlSearch = () => {
  const t = useT();
  const { search, set } = useView();
  const [typed, setTyped] = useState(search.filter ?? '');
  return (
    <TextInput
      data-filter-input
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      placeholder={t('compliance.search')}
      aria-label={t('compliance.search')}
      value={typed}
      maxLength={200}
      spellCheck={false}
      autoComplete="off"
      onChange={({ currentTarget: { value } }) => {
        setTyped(value);
        set({ filter: value.trim() || undefined }, true);
      }}
    />
  );
};

const Controls = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const { text } = useFormat();
  const { search, set } = useView();
  const state = STATES.find((one) => one === search.by) ?? 'all';
  const shown = assessment.controls.filter(
    (control) =>
      (state === 'all' || control.state === state) &&
      hasWords(`${control.id} ${text(control.title)}`, search.filter),
  );
  return (
    <>
      <ControlSearch />
      <SegmentedControl
        size="xs"
        value={state}
        onChange={(value) => set({ by: value === 'all' ? undefined : value }, true)}
        data={STATES.map((value) => ({
          value,
          label:
            value === 'all' ? t('compliance.all') : t(`compliance.state.${value satisfies ControlState}`),
        }))}
        aria-label={t('compliance.state')}
      />
      {shown.length === 0 ? (
        <Empty title={t('compliance.controls.none')} />
      ) : (
        <ControlList controls={shown} byRef={byRef(assessment)} />
      )}
    </>
  );
};

const Checks = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const { text } = useFormat();
  const answers = byRef(assessment);
  return (
    <ul className="list-plain checks" aria-label={t('compliance.checks')}>
      {byCheck(assessment).map(({ mapping, controls }) => (
        <li className="check" key={mapping.ref}>
          <details>
            <summary>
              <StateBadge state={mapping.state} />
              <span className="check-title">{text(mapping.title)}</span>
              <span className="small quiet hide-narrow" translate="no">
                {controls.join(', ')}
              </span>
            </summary>
            <div className="stack tight check-body">
              <code className="small quiet">{mapping.ref}</code>
              <AnswerList answers={answers.get(mapping.ref) ?? []} label={text(mapping.title)} />
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
};

/** What an answer is called: the title of its check. */
const useTitles = (assessment: FrameworkAssessment) => {
  const { text } = useFormat();
  const titles = new Map(byCheck(assessment).map(({ mapping }) => [mapping.ref, text(mapping.title)]));
  return ({ ref }: ComplianceAnswer): string => titles.get(ref) ?? ref;
};

const Places = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const titleOf = useTitles(assessment);
  const places = byPlace(assessment);
  if (places.length === 0)
    return <Empty title={t('compliance.no-data')}>{t('compliance.no-data.note')}</Empty>;
  return (
    <ul className="list-plain checks" aria-label={t('compliance.places')}>
      {places.map(({ place, answers, state, failed, passed, unknown }) => (
        <li className="check" key={place}>
          <details>
            <summary>
              <StateBadge state={state} />
              <span className="check-title" translate="no">
                {place}
              </span>
              <span className="small quiet">{t('compliance.counts', { passed, failed, unknown })}</span>
            </summary>
            <div className="check-body">
              <AnswerList answers={answers} label={place} titleOf={titleOf} />
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
};

const Exceptions = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const titleOf = useTitles(assessment);
  const accepted = assessment.answers.filter((answer) => answer.accepted !== undefined);
  if (accepted.length === 0)
    return <Empty title={t('compliance.exceptions.none')}>{t('compliance.exceptions.none.note')}</Empty>;
  return <AnswerList answers={accepted} label={t('compliance.exceptions')} titleOf={titleOf} />;
};

const BODIES: Readonly<Record<Tab, (props: { assessment: FrameworkAssessment }) => React.ReactNode>> = {
  controls: Controls,
  checks: Checks,
  places: Places,
  exceptions: Exceptions,
  runs: RunsCompared,
};

const Body = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const { count } = useFormat();
  const { search } = useView();
  const tab = TABS.find((one) => one === search.tab) ?? 'controls';
  const Shown = BODIES[tab];
  return (
    <>
      <Facts assessment={assessment} />
      <TabLinks
        label={t('compliance.views')}
        current={tab}
        items={TABS.map((id) => ({
          id,
          label: t(`compliance.tab.${id}`),
          ...(id === 'controls' ? { count: count(assessment.controls.length) } : {}),
        }))}
      />
      <section className="card card-body stack" aria-label={t(`compliance.tab.${tab}`)}>
        <Shown assessment={assessment} />
      </section>
    </>
  );
};

/** One framework: its controls, the checks behind them, the nodes, accepted risks, and two runs beside each other. */
export const FrameworkPage = () => {
  const t = useT();
  const { text } = useFormat();
  const { id } = useParams({ strict: false });
  const { search } = useView();
  const asked = useApi('compliance.framework', {
    params: { id: id ?? '' },
    query: search.cmp === undefined ? {} : { compare: search.cmp },
  });
  return (
    <div className="page">
      <BackLink to="/compliance" label={t('page.compliance')} />
      <div className="page-head">
        <div>
          <h1>{asked.data === undefined ? t('compliance.framework') : text(asked.data.title)}</h1>
          <p>
            {asked.data !== undefined &&
              t('compliance.edition-of', { edition: asked.data.edition, date: asked.data.asOf })}
          </p>
        </div>
        {id !== undefined && (
          <DownloadMenu framework={id} button={t('compliance.download')} compare={search.cmp} />
        )}
      </div>
      <Asked of={asked}>{(assessment) => <Body assessment={assessment} />}</Asked>
    </div>
  );
};
