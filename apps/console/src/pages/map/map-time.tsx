// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, RangeSlider } from '@mantine/core';
import { IconArrowsDiff, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { rangeText, type TimeRange } from '../../format/time.ts';
import { useFormat, useNow } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { rangeBefore } from './map-compare.ts';
import { keptRange, midnightsIn, stepOf } from './map-time-scale.ts';

interface SliderProps {
  readonly name: string;
  readonly kept: TimeRange;
  readonly range: TimeRange;
  readonly onChoose: (range: TimeRange) => void;
}

/** Two handles over everything that is kept; arrow keys move them by a step, Page keys by ten. */
const TimeSlider = ({ name, kept, range, onChoose }: SliderProps) => {
  const t = useT();
  const { date, clock, exact } = useFormat();
  const step = stepOf(kept);
  const clamp = (atMs: number): number => Math.min(kept.toMs, Math.max(kept.fromMs, atMs));
  const [value, setValue] = useState<[number, number]>([clamp(range.fromMs), clamp(range.toMs)]);
  const from = clamp(range.fromMs);
  const to = clamp(range.toMs);
  useEffect(() => setValue([from, to]), [from, to]);
  return (
    <div className="map-time-line">
      <span className="small second map-time-name">{name}</span>
      <RangeSlider
        size={6}
        // The least size of a target that a finger hits (WCAG 2.2, 2.5.8).
        thumbSize={24}
        min={kept.fromMs}
        max={kept.toMs}
        step={step}
        marks={midnightsIn(kept).map((at) => ({ value: at }))}
        minRange={step}
        value={value}
        onChange={setValue}
        onChangeEnd={([fromMs, toMs]) => onChoose({ fromMs, toMs })}
        label={(atMs) => `${date(atMs)} ${clock(atMs)}`}
        thumbFromLabel={t('map.time.from', { name })}
        thumbToLabel={t('map.time.to', { name })}
        thumbProps={(index) => ({
          'aria-valuetext': exact(value[index] ?? kept.fromMs),
          'data-end': index === 0 ? 'from' : 'to',
        })}
        className="map-time-slider"
      />
      <span className="small quiet map-time-words">
        {`${date(value[0])} ${clock(value[0]).slice(0, 5)} – ${date(value[1])} ${clock(value[1]).slice(0, 5)}`}
      </span>
    </div>
  );
};

/** Chooses the time the map shows, and a second time to hold it against. */
export const MapTime = ({ range, other }: { range: TimeRange; other: TimeRange | undefined }) => {
  const t = useT();
  const { set } = useView();
  const now = useNow();
  const status = useApi('system.status');
  const kept = keptRange(status.data?.store.oldestEventAtMs, range, now);
  const choose = (chosen: TimeRange): void => set({ range: rangeText(chosen), sel: undefined });
  return (
    <section className="card map-time" aria-label={t('map.time')}>
      <div className="map-time-lines">
        {other !== undefined && (
          <TimeSlider
            name={t('map.compare.before')}
            kept={kept}
            range={other}
            onChoose={(chosen) => set({ cmp: rangeText(chosen), sel: undefined })}
          />
        )}
        <TimeSlider
          name={t(other === undefined ? 'map.time.shown' : 'map.compare.after')}
          kept={kept}
          range={range}
          onChoose={choose}
        />
      </div>
      {other === undefined ? (
        <Button
          variant="default"
          size="sm"
          leftSection={<IconArrowsDiff size={16} aria-hidden="true" />}
          onClick={() => set({ cmp: rangeText(rangeBefore(range)), sel: undefined })}
        >
          {t('map.compare')}
        </Button>
      ) : (
        <Button
          variant="default"
          size="sm"
          leftSection={<IconX size={16} aria-hidden="true" />}
          onClick={() => set({ cmp: undefined, change: undefined, sel: undefined })}
        >
          {t('map.compare.end')}
        </Button>
      )}
    </section>
  );
};
