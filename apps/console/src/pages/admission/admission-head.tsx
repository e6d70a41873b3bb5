// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { PageHead, type PageHeadProps } from '../../widgets/page-head.tsx';
import { SectionLinks } from '../../widgets/section-links.tsx';
import { StatusStrip } from './status-strip.tsx';

/** Head of every page about admission: what it is, how it is doing, and the way to the others. */
export const AdmissionHead = (props: PageHeadProps) => {
  const t = useT();
  return (
    <>
      <PageHead {...props} />
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
