// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import type { useAllFindings } from './use-all-findings.ts';

/** Says while groups are not whole yet, and when they will not be. */
export const GroupsFoot = ({ of }: { of: ReturnType<typeof useAllFindings> }) => {
  const t = useT();
  if (of.isCut) return <strong className="warn-text">{t('findings.by.cut')}</strong>;
  return of.isLoadingMore ? <span>{t('state.loading')}</span> : null;
};
