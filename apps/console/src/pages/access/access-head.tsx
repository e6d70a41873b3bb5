// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { useT } from '../../i18n/language.ts';
import { SectionLinks } from '../../widgets/section-links.tsx';

/** Head of every page about access in the cluster, and the way to the others. */
export const AccessHead = ({
  title,
  note,
  actions,
}: {
  title: string;
  note: string;
  actions?: ReactNode;
}) => {
  const t = useT();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          <p>{note}</p>
        </div>
        {actions !== undefined && <span className="row wrap">{actions}</span>}
      </div>
      <SectionLinks
        label={t('access.sections')}
        items={[
          { to: '/access', label: t('access.risks') },
          { to: '/access/ask', label: t('access.ask') },
          { to: '/access/exposure', label: t('access.exposure') },
          { to: '/access/secrets', label: t('access.secrets') },
          { to: '/access/components', label: t('access.components') },
          { to: '/access/probes', label: t('access.probes') },
        ]}
      />
    </>
  );
};
