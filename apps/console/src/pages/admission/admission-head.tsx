// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { useT } from '../../i18n/language.ts';
import { SectionLinks } from '../../widgets/section-links.tsx';
import { StatusStrip } from './status-strip.tsx';

/** Head of every page about admission: what it is, how it is doing, and the way to the others. */
export const AdmissionHead = ({
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
      <StatusStrip />
      <SectionLinks
        label={t('admission.sections')}
        items={[
          { to: '/admission', label: t('admission.rules') },
          { to: '/admission/modes', label: t('admission.modes') },
          { to: '/admission/try', label: t('admission.try') },
          { to: '/admission/decisions', label: t('admission.decisions') },
          { to: '/admission/exceptions', label: t('admission.exceptions') },
          { to: '/admission/coverage', label: t('admission.coverage') },
          { to: '/admission/sources', label: t('admission.sources') },
        ]}
      />
    </>
  );
};
