// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUse } from '@bartizan/contracts';
import { useFormat, useNow } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { Badge } from './badges.tsx';

const TONES = { loaded: 'accent', touched: 'quiet', 'not-seen': 'unknown' } as const;

/** Whether code of a package was seen running; nothing said means that nobody watched. */
export const PackageUseLabel = ({ use }: { use: PackageUse | undefined }) => {
  const t = useT();
  const { relative } = useFormat();
  const now = useNow();
  if (use === undefined) return <span className="quiet">{t('package.use.not-watched')}</span>;
  const title = use.lastSeenAtMs === undefined ? undefined : relative(use.lastSeenAtMs, now);
  return (
    <Badge tone={TONES[use.state]} {...(title === undefined ? {} : { title })}>
      {t(`package.use.${use.state}`)}
    </Badge>
  );
};
