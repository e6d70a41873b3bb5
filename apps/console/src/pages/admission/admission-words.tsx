// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, AdmissionRuleRow, FactValue } from '@bartizan/contracts';
import { IconBan, IconBell, IconNotes, IconPower } from '@tabler/icons-react';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';

export const MODES = [
  'audit',
  'warn',
  'enforce',
  'off',
] as const satisfies readonly AdmissionBinding['mode'][];
const LOOKS = {
  audit: { tone: 'quiet', Icon: IconNotes },
  warn: { tone: 'medium', Icon: IconBell },
  enforce: { tone: 'accent', Icon: IconBan },
  off: { tone: 'unknown', Icon: IconPower },
} as const;

/** Mode of a rule: what a violation leads to, as shape and word. */
export const AdmissionMode = ({
  mode,
  why,
}: {
  mode: AdmissionBinding['mode'];
  why?: string | undefined;
}) => {
  const t = useT();
  const { tone, Icon } = LOOKS[mode];
  return (
    <Badge
      tone={tone}
      mark={<Icon size={14} aria-hidden="true" />}
      title={why ?? t(`admission.mode.${mode}.note`)}
    >
      {t(`admission.mode.${mode}`)}
    </Badge>
  );
};

/** Modes of a rule in all namespaces, mildest first. `refused`: why it is off although it is switched on. */
export const AdmissionModes = ({
  modes,
  refused,
}: {
  modes: AdmissionRuleRow['modes'];
  refused?: AdmissionRuleRow['refused'];
}) => {
  const t = useT();
  const why = refused === undefined ? undefined : t('admission.rule.refused', { reason: refused });
  return (
    <span className="row" style={{ gap: 4 }}>
      {MODES.filter((mode) => modes.includes(mode)).map((mode) => (
        <AdmissionMode key={mode} mode={mode} why={why} />
      ))}
    </span>
  );
};

/** A value of a fact the way JSON writes it; plain text stays plain. */
export const valueText = (value: FactValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
