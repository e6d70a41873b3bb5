// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Textarea, TextInput } from '@mantine/core';
import { useT } from '../i18n/language.ts';

const DAY_MS = 86_400_000;
const inputDate = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The date in a number of days, as a date field takes it. */
export const dateInDays = (days: number): string => inputDate(Date.now() + days * DAY_MS);

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
    max={dateInDays(366)}
    onChange={(event) => onChange(event.currentTarget.value)}
    required
    withAsterisk={false}
  />
);
