// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { SectionLinks } from '../../widgets/section-links.tsx';

/** Images, their packages, and the registries they come from: one entry of the rail, three pages. */
export const ImageSections = () => {
  const t = useT();
  return (
    <SectionLinks
      label={t('images.sections')}
      items={[
        { to: '/images', label: t('page.images') },
        { to: '/images/packages', label: t('images.packages') },
        { to: '/images/registries', label: t('images.registries') },
      ]}
    />
  );
};
