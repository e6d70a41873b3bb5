// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TagsInput } from '@mantine/core';
import { useList } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';

/** Rules that are offered at most; a glob says more than so many. */
const RULES_MAX = 1000;
const TAGS_MAX = 64;

interface ChoiceProps {
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

const useClear = () => ({ 'aria-label': useT()('form.clear') });

/** Ids of rules, found by id or title; globs are typed. */
export const RuleChoice = ({ value, onChange }: ChoiceProps) => {
  const t = useT();
  const { text } = useFormat();
  const rules = useList('admission.rules', { query: { limit: RULES_MAX, sort: 'id' } });
  const titles = new Map(rules.items.map(({ rule }) => [rule.id, text(rule.title)]));
  return (
    <TagsInput
      label={t('admission.rules')}
      description={t('admission.rules.choose')}
      value={[...value]}
      onChange={onChange}
      data={[...titles.keys()]}
      limit={50}
      maxTags={TAGS_MAX}
      splitChars={[',', ' ']}
      clearable
      clearButtonProps={useClear()}
      filter={({ options, search }) => {
        const wanted = search.trim().normalize('NFKC').toLowerCase();
        return options.filter((option) => {
          if (!('value' in option)) return false;
          return `${option.value} ${titles.get(option.value) ?? ''}`.toLowerCase().includes(wanted);
        });
      }}
      renderOption={({ option }) => (
        <span className="two-lines">
          <span>{titles.get(option.value) ?? option.value}</span>
          <span className="small quiet mono" translate="no">
            {option.value}
          </span>
        </span>
      )}
    />
  );
};

/** Names or globs, one tag each. */
export const GlobChoice = ({
  label,
  description,
  value,
  onChange,
}: ChoiceProps & { label: string; description: string }) => (
  <TagsInput
    label={label}
    description={description}
    value={[...value]}
    onChange={onChange}
    maxTags={TAGS_MAX}
    splitChars={[',', ' ']}
    clearable
    clearButtonProps={useClear()}
    spellCheck={false}
  />
);
