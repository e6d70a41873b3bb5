// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import { Conditions } from '../../widgets/conditions.tsx';
import { DoNext } from './do-next.tsx';
import { NowFeed } from './now-feed.tsx';
import { Scorecard } from './scorecard.tsx';
import { Situation, Totals } from './situation.tsx';

/** "Are we safe, and what should I do next?" */
export const OverviewPage = () => {
  const t = useT();
  const { search } = useView();
  const status = useApi('system.status', { refetchMs: 15_000 });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('page.overview')}</h1>
      </div>
      {search.scope !== undefined && <p className="quiet small">{t('totals.whole')}</p>}
      <Situation of={status} />
      {status.data !== undefined && <Conditions of={status.data.conditions} />}
      {status.data !== undefined && <Totals status={status.data} />}
      <div className="overview-grid">
        <Scorecard />
        <DoNext />
      </div>
      <NowFeed />
    </div>
  );
};
