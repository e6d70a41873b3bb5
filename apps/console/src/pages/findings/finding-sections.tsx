// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { SectionLinks } from '../../widgets/section-links.tsx';

/** Findings and the exceptions from them: one entry of the rail, two pages. */
export const FindingSections = () => {
  const t = useT();
  return (
    <SectionLinks
      label={t('findings.sections')}
      items={[
        { to: '/findings', label: t('page.findings') },
        { to: '/findings/exceptions', label: t('page.exceptions') },
      ]}
    />
  );
};
