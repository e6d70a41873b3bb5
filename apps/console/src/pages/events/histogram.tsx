// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Reachable } from '../../widgets/reachable.tsx';
import 'uplot/dist/uPlot.min.css';
import { ActionIcon } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useApi } from '../../data/queries.ts';
import { useRange, useView } from '../../data/view.ts';
import { rangeText } from '../../format/time.ts';
import { type Formats, useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { useColorTokens } from '../../widgets/color-tokens.ts';
import { SeverityMark } from '../../widgets/mark.tsx';
import { FailureLine } from '../../widgets/states.tsx';
import {
  histogramToShow,
  type KeptBars,
  type KeptFailure,
  STACK,
  type StackedBars,
  stackBars,
  timeSplits,
} from './histogram-data.ts';

const HEIGHT = 104;
const TOKENS = [...STACK.map((severity) => `--sev-${severity}-mark`), '--border', '--text-3'] as const;

interface PlotInput {
  readonly bars: StackedBars;
  readonly colors: readonly string[];
  readonly width: number;
  readonly formats: Formats;
  readonly onBrush: (fromMs: number, toMs: number) => void;
}

const optionsOf = ({ bars, colors, width, formats, onBrush }: PlotInput): uPlot.Options => {
  const border = colors.at(-2) ?? '#888';
  const ink = colors.at(-1) ?? '#888';
  const spanMs = ((bars.atSeconds.at(-1) ?? 0) - (bars.atSeconds[0] ?? 0)) * 1000;
  const label = (seconds: number): string =>
    spanMs > 2 * 86_400_000 ? formats.date(seconds * 1000) : formats.clock(seconds * 1000).slice(0, 5);
  const axis = { stroke: ink, ticks: { show: false }, font: '11px "Inter Variable", sans-serif' };
  return {
    width,
    height: HEIGHT,
    padding: [6, 26, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    // Bars start at their interval; without the last interval's width the newest events would be drawn outside.
    scales: {
      x: { time: false, range: (_, min, max) => [min, max + bars.intervalSeconds] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    axes: [
      {
        ...axis,
        splits: (_, __, min, max) => timeSplits(min, max),
        grid: { show: false },
        size: 24,
        values: (_, splits) => splits.map(label),
      },
      {
        ...axis,
        grid: { stroke: border, width: 1 },
        size: 40,
        values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? formats.compact(value) : '')),
      },
    ],
    // Tallest first: each lower sum is painted over it, what stays visible is its own part.
    series: [
      {},
      ...[...STACK].reverse().map((severity, index) => ({
        label: severity,
        fill: colors[STACK.length - 1 - index] ?? ink,
        width: 0,
        points: { show: false },
        ...(uPlot.paths.bars === undefined
          ? {}
          : { paths: uPlot.paths.bars({ size: [0.78, 28], align: 1 }) }),
      })),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          if (plot.select.width < 6) return;
          onBrush(
            plot.posToVal(plot.select.left, 'x') * 1000,
            plot.posToVal(plot.select.left + plot.select.width, 'x') * 1000,
          );
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
};

/** Draws with uPlot; colours come from the tokens and follow the theme. */
const Plot = ({ bars, onBrush }: { bars: StackedBars; onBrush: (fromMs: number, toMs: number) => void }) => {
  const ref = useRef<HTMLDivElement>(null);
  const formats = useFormat();
  const colors = useColorTokens(TOKENS);
  const brush = useRef(onBrush);
  brush.current = onBrush;
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const input = { bars, colors, formats, onBrush: (from: number, to: number) => brush.current(from, to) };
    const data: uPlot.AlignedData = [bars.atSeconds, ...[...bars.sums].reverse()];
    const plot = new uPlot(optionsOf({ ...input, width: element.clientWidth }), data, element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [bars, colors, formats]);
  return <div ref={ref} aria-hidden="true" style={{ height: HEIGHT }} />;
};

/** The same numbers as a table, for who cannot or will not see bars. */
const HistogramTable = ({ bars, intervalMs }: { bars: StackedBars; intervalMs: number }) => {
  const t = useT();
  const { exact, count } = useFormat();
  const { set } = useView();
  const rows = bars.totals.flatMap((total, index) =>
    total > 0 ? [{ total, index, at: (bars.atSeconds[index] ?? 0) * 1000 }] : [],
  );
  const own = (level: number, index: number): number =>
    (bars.sums[level]?.[index] ?? 0) - (level === 0 ? 0 : (bars.sums[level - 1]?.[index] ?? 0));
  return (
    <Reachable className="histogram-table" label={t('histogram.title')}>
      <table className="simple-table">
        <thead>
          <tr>
            <th>{t('histogram.from')}</th>
            {STACK.map((severity) => (
              <th key={severity} className="number">
                {t(`severity.${severity}`)}
              </th>
            ))}
            <th className="number">{t('findings.in-all')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ total, index, at }) => (
            <tr key={at}>
              <td>
                <button
                  type="button"
                  className="text-button"
                  onClick={() => set({ range: rangeText({ fromMs: at, toMs: at + intervalMs }) })}
                >
                  {exact(at)}
                </button>
              </td>
              {STACK.map((severity, level) => (
                <td key={severity} className="number">
                  {count(own(level, index))}
                </td>
              ))}
              <td className="number">{count(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Reachable>
  );
};

/** Events per interval by severity; drag to look closer. */
export const Histogram = ({ filter }: { filter: string }) => {
  const t = useT();
  const { set } = useView();
  const { count } = useFormat();
  const { fromMs, toMs, text: range } = useRange();
  const [isTable, setTable] = useState(false);
  const query = { from: Math.floor(fromMs), to: Math.ceil(toMs), ...(filter === '' ? {} : { filter }) };
  const asked = useApi('event.histogram', { query });
  const last = useRef<KeptBars>(undefined);
  const failed = useRef<KeptFailure>(undefined);
  if (asked.data !== undefined) {
    last.current = { data: asked.data, fromMs, toMs, filter, range };
    failed.current = undefined;
  } else if (asked.isError) failed.current = { error: asked.error, filter, range };
  const { shown, failure } = histogramToShow(
    { last: last.current, failed: failed.current },
    { filter, range },
  );
  const bars = useStack(shown);
  const total = bars?.totals.reduce((sum, value) => sum + value, 0) ?? 0;
  return (
    <section className="card" aria-label={t('histogram.title')}>
      <div className="histogram-head">
        <span className="small second">
          {shown !== undefined
            ? t('histogram.total', { count: total, n: count(total) })
            : failure === undefined && t('state.loading')}
        </span>
        <span className="row small quiet hide-narrow">
          {STACK.slice(0, 5).map((severity) => (
            <span key={severity} className="row" style={{ gap: 4 }}>
              <SeverityMark severity={severity} size={9} />
              {t(`severity.${severity}`)}
            </span>
          ))}
        </span>
        <ActionIcon
          size="sm"
          onClick={() => setTable(!isTable)}
          aria-label={t(isTable ? 'histogram.as-chart' : 'histogram.as-table')}
          title={t(isTable ? 'histogram.as-chart' : 'histogram.as-table')}
        >
          {isTable ? <IconChartBar size={16} /> : <IconTable size={16} />}
        </ActionIcon>
      </div>
      {failure !== undefined && <FailureLine error={failure.error} retry={() => void asked.refetch()} />}
      {bars !== undefined && shown !== undefined && isTable && (
        <HistogramTable bars={bars} intervalMs={shown.data.intervalMs} />
      )}
      {bars !== undefined && !isTable && (
        <Plot
          bars={bars}
          onBrush={(from, to) => set({ range: rangeText({ fromMs: from, toMs: to }), live: undefined })}
        />
      )}
      {bars === undefined && <div style={{ height: HEIGHT }} />}
    </section>
  );
};

const useStack = (
  shown: { data: Parameters<typeof stackBars>[0]; fromMs: number; toMs: number } | undefined,
): StackedBars | undefined => {
  const cache = useRef<{ of: unknown; bars: StackedBars }>(undefined);
  if (shown === undefined) return undefined;
  if (cache.current?.of !== shown.data)
    cache.current = { of: shown.data, bars: stackBars(shown.data, shown.fromMs, shown.toMs) };
  return cache.current.bars;
};
