// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';

/** How a masked value is told: its first characters at most, and how long it is. */
const PREVIEW = /^(.{0,4})…\((\d+)\)$/u;

/** The start of a secret and its length, which is all that anybody keeps of it. */
export const SecretPreview = ({ preview }: { preview: string }) => {
  const t = useT();
  const { count } = useFormat();
  const [, start, length] = PREVIEW.exec(preview) ?? [];
  if (start === undefined || length === undefined)
    return (
      <code className="cut" translate="no">
        {visibleText(preview)}
      </code>
    );
  return (
    <span className="cut">
      <code translate="no">{visibleText(start)}…</code>{' '}
      <span className="quiet">{t('secret.length', { n: count(Number(length)) })}</span>
    </span>
  );
};
