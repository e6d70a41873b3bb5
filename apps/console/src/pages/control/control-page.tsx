// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { SeverityCounts } from '../../widgets/badges.tsx';
import { Asked } from '../../widgets/states.tsx';
import { Facts } from '../../widgets/text.tsx';
import { Score } from '../overview/scorecard.tsx';
import { CheckList } from './check-list.tsx';
import { type ControlDetail, ControlFixes, ControlGaps, ControlMeans } from './control-parts.tsx';

const Head = ({ detail }: { detail: ControlDetail }) => {
  const t = useT();
  const { text, percent, count } = useFormat();
  const { row, control } = detail;
  return (
    <>
      <div className="page-head">
        <div className="stack tight">
          <BackLink to="/" label={t('page.overview')} />
          <h1>{text(control.title)}</h1>
          <span className="row wrap">
            {control.owasp['2025'].map((id) => (
              <span key={`25${id}`} className="chip" translate="no">
                {id}:2025
              </span>
            ))}
            {control.owasp['2022'].map((id) => (
              <span key={`22${id}`} className="chip" translate="no">
                {id}:2022
              </span>
            ))}
          </span>
        </div>
      </div>
      <div className="card card-body">
        <Facts
          rows={[
            [t('control.goal'), text(control.goal)],
            [t('score.score'), <Score key="score" row={row} />],
            [t('score.coverage'), percent(row.coverage)],
            [
              t('control.checks'),
              t('score.coverage.hint', { passed: row.passed, failed: row.failed, unknown: row.unknown }),
            ],
            [t('score.findings'), <SeverityCounts key="counts" counts={row.openFindings} />],
            [t('totals.events'), count(row.events)],
          ]}
        />
      </div>
    </>
  );
};

/** One risk: what it means, what we do about it here, the evidence, what is missing, the fix. */
export const ControlPage = () => {
  const { control } = useParams({ strict: false });
  const detail = useApi('scorecard.control', { params: { control: asControl(control) } });
  return (
    <div className="page">
      <Asked of={detail}>
        {(data) => (
          <>
            <Head detail={data} />
            <div className="two-columns">
              <ControlMeans control={data.control} />
              <div className="stack">
                <ControlFixes row={data.row} />
                <ControlGaps detail={data} />
              </div>
            </div>
            <CheckList checks={data.checks} />
          </>
        )}
      </Asked>
    </div>
  );
};

/** The address may name anything; the controller answers unknown names with "not found". */
const asControl = (text: string | undefined): ControlDetail['row']['control'] =>
  (text ?? '') as ControlDetail['row']['control'];
