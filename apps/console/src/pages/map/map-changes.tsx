// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconArrowsDiff, IconEqual, IconMinus, IconPlus, IconQuestionMark } from '@tabler/icons-react';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { CHANGES, type Change, type Comparison } from './map-compare.ts';

const LOOKS = {
  new: { tone: 'ok', Icon: IconPlus },
  gone: { tone: 'critical', Icon: IconMinus },
  changed: { tone: 'medium', Icon: IconArrowsDiff },
  unknown: { tone: 'unknown', Icon: IconQuestionMark },
  same: { tone: 'quiet', Icon: IconEqual },
} as const;

/** New, gone, changed, not compared or the same: sign, colour and word. */
export const ChangeBadge = ({ change }: { change: Change }) => {
  const t = useT();
  const { tone, Icon } = LOOKS[change];
  return (
    <Badge tone={tone} mark={<Icon size={13} aria-hidden="true" />}>
      {t(`map.change.${change}`)}
    </Badge>
  );
};

/** Which changes are shown; without a choice everything that differs, and what may. */
export const shownChanges = (chosen: string | undefined): readonly Change[] => {
  const found = CHANGES.filter((change) => (chosen ?? '').split(',').includes(change));
  return found.length === 0 ? ['new', 'gone', 'changed', 'unknown'] : found;
};

/** How much differs, and switches for what of it is listed. */
export const ChangeSwitches = ({ comparison }: { comparison: Comparison }) => {
  const t = useT();
  const { count } = useFormat();
  const { search, set } = useView();
  const shown = shownChanges(search.change);
  const turn = (change: Change): void => {
    const next = shown.includes(change) ? shown.filter((one) => one !== change) : [...shown, change];
    set({ change: next.length === 0 ? undefined : next.join(','), sel: undefined }, true);
  };
  return (
    <fieldset className="change-switches">
      <legend className="visually-hidden">{t('map.changes')}</legend>
      {CHANGES.map((change) => {
        const { Icon } = LOOKS[change];
        return (
          <button
            key={change}
            type="button"
            className="change-switch"
            data-change={change}
            aria-pressed={shown.includes(change)}
            onClick={() => turn(change)}
          >
            <Icon size={14} aria-hidden="true" />
            {t(`map.change.${change}`)}
            <strong>{count(comparison.counts[change])}</strong>
          </button>
        );
      })}
    </fieldset>
  );
};

/** What the map does not know: connections that were left out, and ends that are not told apart. */
export const MapLimits = ({ isCut, unknown }: { isCut: boolean; unknown: number }) => {
  const t = useT();
  const { count } = useFormat();
  if (!isCut && unknown === 0) return null;
  return (
    <div className="stack tight">
      {isCut && <Unknown inline why={t('map.cut')} />}
      {unknown > 0 && (
        <Unknown inline why={t('map.change.unknown.note', { count: unknown, n: count(unknown) })} />
      )}
    </div>
  );
};
