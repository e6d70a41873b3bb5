// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding } from '@bartizan/contracts';
import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useT } from '../../i18n/language.ts';
import { Verbatim } from '../../widgets/text.tsx';
import { AdmissionMode } from './admission-words.tsx';
import { withPlace } from './binding-draft.ts';
import { BindingPlaces } from './binding-places.tsx';
import { ModeSelect } from './mode-form.tsx';

interface BindingTableProps {
  readonly bindings: readonly AdmissionBinding[];
  readonly mayChange: boolean;
  readonly onChange: (bindings: AdmissionBinding[]) => void;
}

const Acts = ({ bindings, onChange, at }: Omit<BindingTableProps, 'mayChange'> & { at: number }) => {
  const t = useT();
  const id = bindings[at]?.id ?? '';
  const act = (label: string, icon: React.ReactNode, run: () => void, isOff = false) => (
    <ActionIcon onClick={run} disabled={isOff} aria-label={label} title={label}>
      {icon}
    </ActionIcon>
  );
  return (
    <span className="row" style={{ gap: 2 }}>
      {act(
        t('admission.binding.up', { id }),
        <IconArrowUp size={16} />,
        () => onChange(withPlace(bindings, id, -1)),
        at === 0,
      )}
      {act(
        t('admission.binding.down', { id }),
        <IconArrowDown size={16} />,
        () => onChange(withPlace(bindings, id, 1)),
        at === bindings.length - 1,
      )}
      {act(t('admission.binding.remove', { id }), <IconX size={16} />, () =>
        onChange(bindings.filter((binding) => binding.id !== id)),
      )}
    </span>
  );
};

/** The bindings in their order: the first that fits a rule and a namespace decides. */
export const BindingTable = ({ bindings, mayChange, onChange }: BindingTableProps) => {
  const t = useT();
  return (
    <ol className="list-plain bindings">
      {bindings.map((binding, at) => (
        <li key={binding.id} className="binding">
          <span className="number quiet">{at + 1}</span>
          <div className="stack tight" style={{ gap: 4, minWidth: 0 }}>
            <Verbatim mono>{binding.rules.join(', ')}</Verbatim>
            <span className="small second">
              <BindingPlaces binding={binding} />
              {binding.parameters !== undefined && (
                <>
                  {' · '}
                  {t('admission.parameters')} <Verbatim mono>{JSON.stringify(binding.parameters)}</Verbatim>
                </>
              )}
            </span>
            <code className="small quiet">{binding.id}</code>
          </div>
          {mayChange ? (
            <ModeSelect
              isBare
              label={t('admission.binding.mode', { id: binding.id })}
              value={binding.mode}
              onChange={(mode) =>
                onChange(bindings.map((one) => (one.id === binding.id ? { ...one, mode } : one)))
              }
            />
          ) : (
            <AdmissionMode mode={binding.mode} />
          )}
          {mayChange && <Acts bindings={bindings} onChange={onChange} at={at} />}
        </li>
      ))}
    </ol>
  );
};
