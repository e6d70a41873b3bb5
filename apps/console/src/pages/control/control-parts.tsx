// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { Link } from '@tanstack/react-router';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Unknown } from '../../widgets/states.tsx';
import { groupFilter } from '../overview/do-next.tsx';

export type ControlDetail = ResponseOf<'scorecard.control'>;
const PARTS = ['prevents', 'detects', 'responds', 'shows'] as const;

/** What prevents, detects, answers and shows this risk here; an empty part is said, not hidden. */
export const ControlMeans = ({ control }: { control: ControlDetail['control'] }) => {
  const t = useT();
  return (
    <section className="card" aria-labelledby="means-title">
      <div className="card-head">
        <h2 id="means-title">{t('control.means')}</h2>
      </div>
      <div className="card-body stack">
        {PARTS.map((part) => (
          <div key={part} className="section">
            <h3 className="small second">{t(`control.${part}`)}</h3>
            {control[part].length === 0 ? (
              <span>
                <Unknown inline why={t('control.nothing')} />
              </span>
            ) : (
              <span className="row wrap">
                {control[part].map((id) => (
                  <code key={id} className="chip">
                    {id}
                  </code>
                ))}
              </span>
            )}
          </div>
        ))}
      </div>
    </section>
  );
};

/** The acts that remove most of what is wrong with this risk. */
export const ControlFixes = ({ row }: { row: ControlDetail['row'] }) => {
  const t = useT();
  const { text, count } = useFormat();
  return (
    <section className="card" aria-labelledby="fixes-title">
      <div className="card-head">
        <h2 id="fixes-title">{t('control.fixes')}</h2>
      </div>
      {row.topFixes.length === 0 && <p className="card-body quiet">{t('control.no-fixes')}</p>}
      <ol className="acts">
        {row.topFixes.map((fix, index) => (
          <li key={fix.groupKey} className="act">
            <span className="act-number">{index + 1}</span>
            <div>
              <Link
                to="/findings"
                search={{ by: 'list', filter: groupFilter(fix.groupKey) }}
                className="row-link"
              >
                {text(fix.title)}
              </Link>
              <div className="small quiet">
                {t('next.removes', { count: fix.removes, n: count(fix.removes) })}
              </div>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
};

/** What the product does not look at yet, said honestly. */
export const ControlGaps = ({ detail }: { detail: ControlDetail }) => {
  const t = useT();
  const { text } = useFormat();
  const gaps = detail.row.notYetCovered.length > 0 ? detail.row.notYetCovered : detail.control.notYetCovered;
  return (
    <section className="card" aria-labelledby="gaps-title">
      <div className="card-head">
        <h2 id="gaps-title">{t('control.gaps')}</h2>
      </div>
      <div className="card-body stack tight">
        {gaps.length === 0 && <p className="quiet">{t('control.no-gaps')}</p>}
        {gaps.map((gap) => (
          <Unknown key={gap.en} why={text(gap)} />
        ))}
      </div>
    </section>
  );
};
