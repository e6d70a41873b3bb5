// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { CommandBlock } from '../../widgets/text.tsx';

/** A secret that is shown once: says so, can be copied whole. */
export const OnceSecret = ({ title, value }: { title: string; value: string }) => {
  const t = useT();
  return (
    <div className="banner once" data-tone="warning" role="status">
      <div className="stack tight" style={{ flex: 1, minWidth: 0 }}>
        <strong>{title}</strong>
        <CommandBlock text={value} />
        <span className="small second">{t('once.note')}</span>
      </div>
    </div>
  );
};
