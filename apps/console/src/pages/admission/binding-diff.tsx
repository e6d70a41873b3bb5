// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding } from '@bartizan/contracts';
import { useT } from '../../i18n/language.ts';
import { Verbatim } from '../../widgets/text.tsx';
import { AdmissionMode } from './admission-words.tsx';
import type { BindingChange } from './binding-draft.ts';
import { BindingPlaces } from './binding-places.tsx';

const SIGNS = { added: '+', removed: '−', changed: '~', moved: '↕' } as const;

const Side = ({ binding }: { binding: AdmissionBinding }) => (
  <span className="row wrap" style={{ gap: '4px 8px' }}>
    <AdmissionMode mode={binding.mode} />
    <Verbatim mono>{binding.rules.join(', ')}</Verbatim>
    <span className="second">
      <BindingPlaces binding={binding} />
    </span>
  </span>
);

/** A draft against what is in force, one line a binding that differs. */
export const BindingDiff = ({ changes }: { changes: readonly BindingChange[] }) => {
  const t = useT();
  return (
    <section className="stack tight" aria-label={t('admission.diff')}>
      <h3 className="second small">{t('admission.diff')}</h3>
      <ul className="list-plain diff">
        {changes.map(({ kind, id, before, after }) => (
          <li key={id} data-change={kind}>
            <span className="diff-sign" aria-hidden="true">
              {SIGNS[kind]}
            </span>
            <div className="stack tight" style={{ gap: 4, minWidth: 0 }}>
              <span className="small second">
                {t(`admission.diff.${kind}`)} <code>{id}</code>
              </span>
              {before !== undefined && kind !== 'moved' && (
                <del className="diff-side">
                  <Side binding={before} />
                </del>
              )}
              {after !== undefined && (
                <ins className="diff-side">
                  <Side binding={after} />
                </ins>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
};
