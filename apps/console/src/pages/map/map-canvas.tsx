// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon } from '@mantine/core';
import { IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../i18n/language.ts';
import { useColorTokens } from '../../widgets/color-tokens.ts';
import { Reachable } from '../../widgets/reachable.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { GraphView, type MapColors } from './graph-view.ts';
import type { Comparison } from './map-compare.ts';
import type { NetworkMap } from './map-model.ts';

interface MapCanvasProps {
  readonly map: NetworkMap;
  readonly comparison: Comparison | undefined;
  readonly selected: string | undefined;
  readonly onNode: (id: string) => void;
  readonly onEdge: (id: string) => void;
  readonly onNothing: () => void;
}

const TOKENS = [
  '--verdict-allow',
  '--verdict-alert',
  '--verdict-deny',
  '--verdict-undecided',
  '--sev-critical-mark',
  '--sev-high-mark',
  '--sev-medium-mark',
  '--sev-low-mark',
  '--border-strong',
  '--text',
  '--surface-2',
  '--accent',
  '--text-3',
  '--surface',
  '--ok',
  '--danger',
  '--sev-medium-mark',
] as const;

const useMapColors = (): MapColors => {
  const values = useColorTokens(TOKENS);
  return useMemo(() => {
    const color = (index: number): string => values[index] ?? '#888888';
    return {
      verdicts: { allow: color(0), alert: color(1), deny: color(2), undecided: color(3) },
      severities: { critical: color(4), high: color(5), medium: color(6), low: color(7) },
      changes: { new: color(14), gone: color(15), changed: color(16), unknown: color(3), same: color(12) },
      node: color(12),
      text: color(9),
      halo: color(10),
      accent: color(11),
      surface: color(13),
    };
  }, [values]);
};

const KEYS: Readonly<Record<string, (view: GraphView) => void>> = {
  ArrowLeft: (view) => view.pan(-0.1, 0),
  ArrowRight: (view) => view.pan(0.1, 0),
  ArrowUp: (view) => view.pan(0, 0.1),
  ArrowDown: (view) => view.pan(0, -0.1),
  '+': (view) => view.zoom(0.8),
  '-': (view) => view.zoom(1.25),
  '0': (view) => view.reset(),
};

/** Marks when the map was first on the screen, for the bench and for nobody else. */
const markPainted = (): void => {
  requestAnimationFrame(() => performance.mark('bartizan-map-painted'));
};

/** Starts, feeds and ends the drawn map. */
const useGraphView = (props: MapCanvasProps) => {
  const ref = useRef<HTMLDivElement>(null);
  const view = useRef<GraphView>(undefined);
  const handlers = useRef(props);
  handlers.current = props;
  const colors = useMapColors();
  const [failed, setFailed] = useState(false);
  const { map, comparison } = props;
  const picture = useMemo(() => ({ map, comparison }), [map, comparison]);
  const latest = useRef(picture);
  latest.current = picture;
  const shown = useRef(picture);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    shown.current = latest.current;
    try {
      view.current = new GraphView(element, latest.current, {
        colors,
        handlers: {
          onNode: (id) => handlers.current.onNode(id),
          onEdge: (id) => handlers.current.onEdge(id),
          onNothing: () => handlers.current.onNothing(),
          onPainted: markPainted,
        },
      });
      view.current.select(handlers.current.selected);
    } catch {
      setFailed(true);
    }
    const observer = new ResizeObserver(() => view.current?.fit());
    observer.observe(element);
    return () => {
      observer.disconnect();
      view.current?.end();
      view.current = undefined;
    };
  }, [colors]);
  useEffect(() => {
    if (shown.current === picture) return;
    shown.current = picture;
    view.current?.show(picture, colors);
    view.current?.select(handlers.current.selected);
  }, [picture, colors]);
  useEffect(() => view.current?.select(props.selected), [props.selected]);
  return { ref, view, failed };
};

/** The drawn map. Arrow keys move it, + and - zoom, 0 shows all; everything on it is in the table too. */
export const MapCanvas = (props: MapCanvasProps) => {
  const t = useT();
  const { ref, view, failed } = useGraphView(props);
  if (failed) return <Unknown why={t('map.no-webgl')} what={t('map.no-webgl.what')} />;
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = KEYS[event.key];
    if (act === undefined || view.current === undefined) return;
    event.preventDefault();
    act(view.current);
  };
  const run = (act: (graph: GraphView) => void) => (): void => {
    if (view.current !== undefined) act(view.current);
  };
  return (
    <div className="map-canvas">
      <Reachable
        ref={ref}
        className="map-stage"
        role="application"
        label={t('map.label', { nodes: props.map.nodes.length, edges: props.map.edges.length })}
        onKeyDown={onKeyDown}
      />
      <div className="map-tools">
        <ActionIcon
          variant="default"
          aria-label={t('map.closer')}
          title={t('map.closer')}
          onClick={run((graph) => graph.zoom(0.7))}
        >
          <IconPlus size={16} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          aria-label={t('map.away')}
          title={t('map.away')}
          onClick={run((graph) => graph.zoom(1.4))}
        >
          <IconMinus size={16} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          aria-label={t('map.all')}
          title={t('map.all')}
          onClick={run((graph) => graph.reset())}
        >
          <IconFocusCentered size={16} />
        </ActionIcon>
      </div>
    </div>
  );
};
