// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Textarea, TextInput } from '@mantine/core';
import { fieldDate } from '../format/time.ts';
import { useT } from '../i18n/language.ts';

/** The date in a number of days, as a date field takes it. */
export const dateInDays = (days: number): string => fieldDate(Date.now(), days);

/** Days ahead that can be chosen: the last one ends within the 366 days that the controller takes. */
const DAYS_MAX = 365;

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Why a risk is accepted. */
export const ReasonField = ({ value, onChange }: FieldProps) => (
  <Textarea
    label={useT()('accept.reason')}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    maxLength={2000}
    rows={3}
    required
    withAsterisk={false}
  />
);

/** Until when a risk is accepted: a day from now at the earliest, a year at the latest. */
export const UntilField = ({ value, onChange }: FieldProps) => (
  <TextInput
    type="date"
    label={useT()('accept.until')}
    value={value}
    min={dateInDays(1)}
    max={dateInDays(DAYS_MAX)}
    onChange={(event) => onChange(event.currentTarget.value)}
    required
    withAsterisk={false}
  />
);
