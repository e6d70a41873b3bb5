// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { PageHead, type PageHeadProps } from '../../widgets/page-head.tsx';
import { SectionLinks } from '../../widgets/section-links.tsx';

/** Head of every page about access in the cluster, and the way to the others. */
export const AccessHead = (props: PageHeadProps) => {
  const t = useT();
  return (
    <>
      <PageHead {...props} />
      <SectionLinks
        label={t('access.sections')}
        items={[
          { to: '/access', label: t('access.risks') },
          { to: '/access/unused', label: t('access.unused') },
          { to: '/access/ask', label: t('access.ask') },
          { to: '/access/exposure', label: t('access.exposure') },
          { to: '/access/secrets', label: t('access.secrets') },
          { to: '/access/components', label: t('access.components') },
          { to: '/access/api-uses', label: t('api-uses.title') },
          { to: '/access/probes', label: t('access.probes') },
          { to: '/access/requests', label: t('access.requests') },
        ]}
      />
    </>
  );
};
