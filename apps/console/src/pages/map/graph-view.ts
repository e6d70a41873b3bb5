// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode, Verdict } from '@bartizan/contracts';
import Graph from 'graphology';
import Sigma from 'sigma';
import {
  extremityArrow,
  layerDashed,
  layerFill,
  pathCurved,
  pathLine,
  sdfCircle,
  sdfDiamond,
  sdfSquare,
} from 'sigma/rendering';
import { cutMiddle } from '../../format/numbers.ts';
import type { Change, Comparison } from './map-compare.ts';
import { edgeWidth, type NetworkMap, nodeRadius } from './map-model.ts';
import { type Box, LABEL_MOST, labelMost, linesOf, namesShown, scaleOf, weightOf } from './map-names.ts';

/** Colours a drawn map needs, all from the tokens. */
export interface MapColors {
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly severities: Readonly<Record<string, string>>;
  readonly changes: Readonly<Record<Change, string>>;
  readonly node: string;
  readonly text: string;
  readonly halo: string;
  readonly accent: string;
  readonly surface: string;
}
/** What is drawn: a map, and what of it differs from another time. */
export interface Picture {
  readonly map: NetworkMap;
  readonly comparison: Comparison | undefined;
}
export interface GraphHandlers {
  readonly onNode: (id: string) => void;
  readonly onEdge: (id: string) => void;
  readonly onNothing: () => void;
  readonly onPainted: () => void;
}

const SHAPES = { workload: 'circle', group: 'square', host: 'square', external: 'diamond' } as const;
/** Dash and gap in pixels (a gap of nothing would draw nothing): a line for allowed, dashes for what is not settled, hatching for alerts. */
const DASHES: Readonly<Record<Verdict, readonly [number, number]>> = {
  allow: [1000, 0.12],
  alert: [10, 3],
  deny: [1000, 0.12],
  undecided: [5, 5],
};

interface NodeAttributes {
  x: number;
  y: number;
  size: number;
  label: string;
  /** The name as it is, before it is cut. */
  name: string;
  weight: number;
  isNamed: boolean;
  color: string;
  shape: string;
  [more: string]: unknown;
}
interface EdgeAttributes {
  size: number;
  color: string;
  dash: number;
  gap: number;
  opacity: number;
  [more: string]: unknown;
}

const nodeAttributes = (
  node: MapNode,
  look: { readonly lines: number; readonly scale: number },
  colors: MapColors,
): NodeAttributes => ({
  x: node.x,
  // The server's y grows downwards, the renderer's upwards.
  y: -node.y,
  size: nodeRadius(node) * look.scale,
  ...namesOf(node),
  weight: weightOf(node, look.lines),
  // Which names have room is known when the marks lie somewhere.
  isNamed: false,
  color: colors.severities[node.worstSeverity ?? ''] ?? colors.node,
  shape: SHAPES[node.kind],
});
const namesOf = ({ kind, label, members }: MapNode): Pick<NodeAttributes, 'name' | 'label'> =>
  kind === 'group'
    ? { name: `${label} (${members})`, label: `${label} (${members})` }
    : { name: label, label: cutMiddle(label, LABEL_MOST) };
/** What is new is a line, what is gone is dashed, what changed is hatched, what is not known is dotted; the rest steps far back. */
const CHANGE_DASHES: Readonly<Record<Change, readonly [number, number]>> = {
  new: [1000, 0.12],
  gone: [5, 5],
  changed: [10, 3],
  unknown: [2, 4],
  same: [1000, 0.12],
};

const edgeAttributes = (
  edge: MapEdge,
  colors: MapColors,
  look: { readonly isDense: boolean; readonly scale: number; readonly change: Change | undefined },
): EdgeAttributes => {
  const { change } = look;
  const [dash, gap] = change === undefined ? DASHES[edge.verdict] : CHANGE_DASHES[change];
  const isCalm = edge.verdict === 'allow' || edge.verdict === 'undecided';
  return {
    opacity: change === undefined ? (look.isDense && isCalm ? 0.22 : 0.9) : change === 'same' ? 0.16 : 1,
    size: Math.max(1, edgeWidth(edge) * look.scale),
    color: change === undefined ? colors.verdicts[edge.verdict] : colors.changes[change],
    dash,
    gap,
  };
};

interface Stage {
  readonly width: number;
  readonly height: number;
}

const buildGraph = (
  { map, comparison }: Picture,
  colors: MapColors,
  stage: Stage,
): Graph<NodeAttributes, EdgeAttributes> => {
  const isDense = map.edges.length > DENSE_EDGES;
  const graph = new Graph<NodeAttributes, EdgeAttributes>({ type: 'directed', multi: true });
  const lines = linesOf(map.edges);
  const scale = scaleOf(map.nodes.length, stage);
  for (const node of map.nodes)
    graph.mergeNode(node.id, nodeAttributes(node, { lines: lines.get(node.id) ?? 0, scale }, colors));
  for (const edge of map.edges) {
    // An edge whose end is not on the map is in the table only.
    if (graph.hasNode(edge.from) && graph.hasNode(edge.to) && !graph.hasEdge(edge.id)) {
      graph.addDirectedEdgeWithKey(
        edge.id,
        edge.from,
        edge.to,
        edgeAttributes(edge, colors, { isDense, scale, change: comparison?.edges.get(edge.id)?.change }),
      );
    }
  }
  return graph;
};

/** Above this many lines the calm ones step back, so that the others can be seen. */
const DENSE_EDGES = 200;
/** How the camera, the names and the pointer behave. */
const SETTINGS = {
  // Switched on after the first frame: drawing every line a second time, for the pointer, can wait.
  enableEdgeEvents: false,
  labelRenderedSizeThreshold: 0,
  // Marks are as large as they were made, not as the stage is wide.
  itemSizesReference: 'screen',
  stagePadding: 48,
  minCameraRatio: 0.05,
  maxCameraRatio: 3,
  zoomDuration: 120,
  allowInvalidContainer: true,
  edgePickingPadding: 4,
} as const;

const LABEL_PX = 12;
const LABEL_FONT = '"Inter Variable", "Noto Sans JP Variable", sans-serif';

/** Measures names as the renderer draws them. */
const measureNames = (): ((text: string) => number) => {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return (text) => text.length * LABEL_PX * 0.6;
  pen.font = `${LABEL_PX}px ${LABEL_FONT}`;
  return (text) => pen.measureText(text).width;
};

/** Room that the buttons take at the lower right. */
const buttonsIn = ({ width, height }: Stage): Box => ({
  left: width - 44,
  top: height - 112,
  right: width,
  bottom: height,
});

const startSigma = (
  graph: Graph<NodeAttributes, EdgeAttributes>,
  container: HTMLElement,
  colors: MapColors,
) => {
  // Straight lines cost a fraction of curves where there are many of them.
  const path = graph.size > DENSE_EDGES ? pathLine() : pathCurved();
  return new Sigma(graph, container, {
    primitives: {
      nodes: { shapes: [sdfCircle(), sdfSquare({ cornerRadius: 0.3 }), sdfDiamond()], layers: [layerFill()] },
      edges: {
        paths: [path],
        extremities: [extremityArrow()],
        defaultHead: 'arrow',
        variables: { dash: { type: 'number', default: 1000 }, gap: { type: 'number', default: 0.12 } },
        layers: [
          layerDashed({
            dashSize: { attribute: 'dash', default: 1000, mode: 'pixels' },
            solidExtremities: true,
            gapSize: { attribute: 'gap', default: 0.12, mode: 'pixels' },
          }),
        ],
      },
    },
    styles: {
      nodes: {
        x: { attribute: 'x' },
        y: { attribute: 'y' },
        size: { attribute: 'size', defaultValue: 8 },
        color: { attribute: 'color' },
        shape: { attribute: 'shape' },
        label: { attribute: 'label' },
        labelColor: colors.text,
        labelSize: LABEL_PX,
        labelFont: LABEL_FONT,
        labelPosition: 'below',
        labelBackgroundColor: colors.surface,
        labelBackgroundPadding: 2,
        labelVisibility: (attributes, state) =>
          state.isHovered || state.isHighlighted || attributes['isNamed'] === true ? 'visible' : 'hidden',
        opacity: (_, state) => (state.isHidden ? 0 : 1),
        backdropVisibility: (_, state) => (state.isHovered || state.isHighlighted ? 'visible' : 'hidden'),
        backdropColor: colors.halo,
        backdropShadowColor: 'rgba(0, 0, 0, 0)',
        backdropBorderColor: colors.accent,
        backdropBorderWidth: 2,
        backdropPadding: 5,
        backdropArea: 'node',
        depth: (_, state) => (state.isHovered ? 'topNodes' : 'nodes'),
        cursor: 'pointer',
      },
      edges: {
        size: (attributes, state) =>
          Number(attributes['size']) + (state.isHighlighted || state.isHovered ? 2 : 0),
        color: (attributes, state) => (state.isHighlighted ? colors.accent : String(attributes['color'])),
        opacity: (attributes, state) =>
          state.isHighlighted || state.isHovered ? 1 : Number(attributes['opacity']),
        path: path.name,
        head: 'arrow',
        depth: (_, state) => (state.isHighlighted || state.isHovered ? 'topEdges' : 'edges'),
        cursor: 'pointer',
      },
    },
    settings: SETTINGS,
  });
};

/** A drawn map. Throws when the browser has no WebGL 2; the table stands alone then. */
export class GraphView {
  readonly #sigma: ReturnType<typeof startSigma>;
  #graph: Graph<NodeAttributes, EdgeAttributes>;
  readonly #widthOf = measureNames();
  #selected: string | undefined;
  #ended = false;
  /** How the marks lay when names were given last. */
  #named = '';

  constructor(
    container: HTMLElement,
    picture: Picture,
    options: { colors: MapColors; handlers: GraphHandlers },
  ) {
    const { colors, handlers } = options;
    const stage = { width: container.clientWidth, height: container.clientHeight };
    this.#graph = buildGraph(picture, colors, stage);
    this.#sigma = startSigma(this.#graph, container, colors);
    this.#sigma.on('clickNode', ({ node }) => handlers.onNode(node));
    this.#sigma.on('clickEdge', ({ edge }) => handlers.onEdge(edge));
    this.#sigma.on('clickStage', handlers.onNothing);
    this.#sigma.on('afterRender', () => this.#giveNames());
    this.#sigma.once('afterRender', () => {
      handlers.onPainted();
      requestAnimationFrame(() => setTimeout(() => this.#letLinesBeChosen(), 0));
    });
  }

  /** Draws another map in the same place; the camera stays. */
  show(picture: Picture, colors: MapColors): void {
    this.#selected = undefined;
    this.#named = '';
    this.#graph = buildGraph(picture, colors, this.#sigma.getDimensions());
    this.#sigma.setGraph(this.#graph);
  }

  /** The container has another size now. */
  fit(): void {
    this.#sigma.resize(true);
    this.#sigma.refresh({ skipIndexation: false });
  }

  /** Marks one node or edge (`n:id`, `e:id`), or nothing. */
  select(address: string | undefined): void {
    this.#mark(this.#selected, false);
    this.#selected = address;
    this.#mark(address, true);
  }

  /** Moves the view by a share of its width and height. */
  pan(dx: number, dy: number): void {
    const camera = this.#sigma.getCamera();
    camera.setState({ x: camera.x + dx * camera.ratio, y: camera.y + dy * camera.ratio });
  }

  /** Comes closer (below 1) or goes away. */
  zoom(factor: number): void {
    const camera = this.#sigma.getCamera();
    camera.setState({ ratio: camera.getBoundedRatio(camera.ratio * factor) });
  }

  /** Shows everything. */
  reset(): void {
    this.#sigma.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
  }

  /** Where a node is on the screen, in pixels of the container. */
  place(node: string): { readonly x: number; readonly y: number } | undefined {
    const graph = this.#sigma.getGraph();
    if (!graph.hasNode(node)) return undefined;
    return this.#sigma.graphToViewport({
      x: graph.getNodeAttribute(node, 'x'),
      y: graph.getNodeAttribute(node, 'y'),
    });
  }

  end(): void {
    this.#ended = true;
    this.#sigma.kill();
  }

  /** Gives names to the marks that have room for them, whenever they lie otherwise than before. */
  #giveNames(): void {
    const { x, y, ratio } = this.#sigma.getCamera();
    const stage = this.#sigma.getDimensions();
    const now = [x, y, ratio, stage.width, stage.height].join(' ');
    if (this.#ended || now === this.#named) return;
    this.#named = now;
    const graph = this.#graph;
    const most = labelMost(stage.width);
    const labelOf = (name: string): string => cutMiddle(name, most);
    const marks = graph.mapNodes((id, { name, size, weight, x: across, y: up }) => ({
      ...this.#sigma.graphToViewport({ x: across, y: up }),
      ...{ id, weight, radius: this.#sigma.scaleSize(size), width: this.#widthOf(labelOf(name)) },
    }));
    const shown = namesShown(marks, stage, [buttonsIn(stage)]);
    graph.updateEachNodeAttributes(
      (id, attributes) => ({ ...attributes, label: labelOf(attributes.name), isNamed: shown.has(id) }),
      { attributes: ['label', 'isNamed'] },
    );
  }

  #letLinesBeChosen(): void {
    if (!this.#ended) this.#sigma.setSetting('enableEdgeEvents', true);
  }

  #mark(address: string | undefined, isHighlighted: boolean): void {
    if (address === undefined) return;
    const graph = this.#sigma.getGraph();
    const id = address.slice(2);
    if (address.startsWith('e:') && graph.hasEdge(id)) this.#sigma.setEdgeState(id, { isHighlighted });
    if (address.startsWith('n:') && graph.hasNode(id)) this.#sigma.setNodeState(id, { isHighlighted });
  }
}
