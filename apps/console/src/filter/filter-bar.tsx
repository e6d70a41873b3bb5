// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { Combobox, useCombobox } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useView } from '../data/view.ts';
import { useT } from '../i18n/language.ts';
import { FILTER_FIELDS, type FilteredRoute, type FilterField, type Suggestion, suggest } from './fields.ts';
import { joinFilters, splitTokens } from './tokens.ts';

const Token = ({ text, onRemove }: { text: string; onRemove: () => void }) => {
  const t = useT();
  return (
    <span className="filter-token">
      <span className="cut" translate="no">
        {visibleText(text)}
      </span>
      <button type="button" onClick={onRemove} aria-label={t('filter.remove', { token: text })}>
        <IconX size={13} aria-hidden="true" />
      </button>
    </span>
  );
};

const Options = ({ options, fields }: { options: readonly Suggestion[]; fields: readonly FilterField[] }) => {
  const t = useT();
  return (
    <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label={t('filter.label')}>
      {options.map((option) => {
        const field = fields.find((candidate) => option.label.replace('-', '') === `${candidate.name}:`);
        return (
          <Combobox.Option key={option.text} value={option.text}>
            <span className="row apart">
              <span className="mono" translate="no">
                {option.label}
              </span>
              {field !== undefined && <span className="quiet small">{t(field.label)}</span>}
            </span>
          </Combobox.Option>
        );
      })}
    </Combobox.Options>
  );
};

/** State of the filter bar: finished tokens are in the address bar, the one being typed is here. */
const useFilterInput = (fields: readonly FilterField[]) => {
  const { search, set } = useView();
  const [typed, setTyped] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox();
  const tokens = splitTokens(search.filter ?? '');
  const write = (next: readonly string[]): void => set({ filter: next.join(' ') || undefined });
  const finish = (text: string): void => {
    setTyped('');
    combobox.closeDropdown();
    if (text.trim() !== '') write(splitTokens(joinFilters(...tokens, text.trim())));
  };
  const choose = (text: string): void => {
    if (text.endsWith(':')) {
      setTyped(text);
      combobox.openDropdown();
      input.current?.focus();
    } else finish(text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    // While an input method is composing, Enter belongs to it (keyCode 229 is what older ones send).
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && combobox.selectedOptionIndex < 0) {
      event.preventDefault();
      finish(typed);
    }
    if (event.key === 'Backspace' && typed === '' && tokens.length > 0) write(tokens.slice(0, -1));
    if (event.key === 'Escape' && combobox.dropdownOpened) event.preventDefault();
  };
  return {
    typed,
    setTyped,
    input,
    combobox,
    tokens,
    write,
    choose,
    onKeyDown,
    options: suggest(fields, typed),
  };
};

/** The filter as tokens, with completion. The whole filter lives in the address bar. */
export const FilterBar = ({ route }: { route: FilteredRoute }) => {
  const t = useT();
  const fields: readonly FilterField[] = FILTER_FIELDS[route];
  const state = useFilterInput(fields);
  const { combobox, tokens, write } = state;
  return (
    <Combobox store={combobox} onOptionSubmit={state.choose} shadow="md" withinPortal>
      <Combobox.DropdownTarget>
        <div className="filter-box">
          <IconFilter size={16} aria-hidden="true" color="var(--text-3)" />
          {tokens.map((token, index) => (
            <Token key={token} text={token} onRemove={() => write(tokens.filter((_, at) => at !== index))} />
          ))}
          <Combobox.EventsTarget>
            <input
              ref={state.input}
              data-filter-input
              value={state.typed}
              aria-label={t('filter.label')}
              placeholder={tokens.length === 0 ? t('filter.placeholder') : ''}
              spellCheck={false}
              autoComplete="off"
              maxLength={500}
              onChange={(event) => {
                state.setTyped(event.currentTarget.value);
                combobox.resetSelectedOption();
                combobox.openDropdown();
              }}
              onFocus={() => combobox.openDropdown()}
              onBlur={() => combobox.closeDropdown()}
              onKeyDown={state.onKeyDown}
            />
          </Combobox.EventsTarget>
          <span className="key bar-wide" aria-hidden="true">
            /
          </span>
        </div>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={state.options.length === 0}>
        <Options options={state.options} fields={fields} />
      </Combobox.Dropdown>
    </Combobox>
  );
};
