// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/language.ts';
import { MODES } from './admission-words.tsx';
import type { BoundMode, ModeChange } from './binding-draft.ts';
import { GlobChoice, RuleChoice } from './rule-choice.tsx';

interface ModeFormProps {
  readonly firstRules: readonly string[];
  readonly onAdd: (change: ModeChange) => void;
}

/** Choice of a mode, each with what it leads to. */
export const ModeSelect = ({
  value,
  label,
  onChange,
  isBare = false,
}: {
  value: BoundMode;
  label: string;
  onChange: (mode: BoundMode) => void;
  /** Without a label to see: inside of a list. */
  isBare?: boolean;
}) => {
  const t = useT();
  return (
    <Select
      {...(isBare ? { 'aria-label': label } : { label })}
      data={MODES.map((mode) => ({ value: mode, label: t(`admission.mode.${mode}`) }))}
      value={value}
      onChange={(next) => onChange(MODES.find((mode) => mode === next) ?? value)}
      comboboxProps={{ width: 300, position: 'bottom-start' }}
      renderOption={({ option }) => {
        const mode = MODES.find((one) => one === option.value) ?? 'audit';
        return (
          <span className="two-lines">
            <span>{option.label}</span>
            <span className="small quiet">{t(`admission.mode.${mode}.note`)}</span>
          </span>
        );
      }}
    />
  );
};

/** Which rules, where, in which mode: added to the draft, in force only when the draft is applied. */
export const ModeForm = ({ firstRules, onAdd }: ModeFormProps) => {
  const t = useT();
  const [rules, setRules] = useState<readonly string[]>(firstRules);
  const [namespaces, setNamespaces] = useState<readonly string[]>([]);
  const [mode, setMode] = useState<BoundMode>('enforce');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (rules.length === 0) return;
    onAdd({ rules, namespaces, mode });
    setRules([]);
  };
  return (
    <form className="card card-body stack" onSubmit={submit}>
      <h2>{t('admission.mode.change')}</h2>
      <RuleChoice value={rules} onChange={setRules} />
      <div className="form-pair">
        <GlobChoice
          label={t('admission.namespaces')}
          description={t('admission.namespaces.note')}
          value={namespaces}
          onChange={setNamespaces}
        />
        <ModeSelect label={t('admission.mode')} value={mode} onChange={setMode} />
      </div>
      <span>
        <Button
          type="submit"
          variant="default"
          disabled={rules.length === 0}
          leftSection={<IconPlus size={16} aria-hidden="true" />}
        >
          {t('admission.mode.add')}
        </Button>
      </span>
    </form>
  );
};
