// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageLayer } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { Link } from '@tanstack/react-router';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Copy } from '../../widgets/text.tsx';
import type { ImageDetail } from './image-detail.ts';
import { certaintyOf, layerCommand, shortDigest } from './image-facts.ts';

const Command = ({ text }: { text: string | undefined }) => {
  const t = useT();
  if (text === undefined) return <span className="quiet">{t('layer.no-command')}</span>;
  const { word, rest } = layerCommand(visibleText(text));
  return (
    <code className="layer-command" translate="no" title={visibleText(text)}>
      {word !== '' && <strong>{word}</strong>} {rest}
    </code>
  );
};

interface LineProps {
  readonly layer: ImageLayer;
  readonly number: number;
  readonly share: number;
  readonly isKnown: boolean;
}
const Line = ({ layer, number, share, isKnown }: LineProps) => {
  const t = useT();
  const { bytes, count } = useFormat();
  return (
    <li className="layer" data-base={layer.base === true}>
      <span className="act-number">{number}</span>
      <div className="stack tight layer-main">
        <Command text={layer.command} />
        <span className="row wrap small quiet" style={{ gap: 10 }}>
          <span className="row" style={{ gap: 2 }}>
            <span translate="no" className="mono" title={layer.diffId}>
              {shortDigest(layer.diffId)}
            </span>
            <Copy value={layer.diffId} label={t('layer.copy')} />
          </span>
          {layer.base === true && <Badge tone="quiet">{t('layer.base')}</Badge>}
        </span>
      </div>
      <span className="layer-size">
        <span className="number">{layer.sizeBytes === undefined ? '–' : bytes(layer.sizeBytes)}</span>
        <span className="bar-meter" aria-hidden="true">
          <span style={{ width: `${Math.max(share * 100, 1)}%` }} />
        </span>
      </span>
      <span className="layer-number">
        {layer.packages === 0 ? (
          <span className="quiet">0</span>
        ) : (
          <Link
            to="."
            search={(before: Record<string, unknown>) =>
              readSearch({ scope: before['scope'], tab: 'packages', sel: layer.diffId })
            }
          >
            {count(layer.packages)}
          </Link>
        )}
        <span className="quiet small">{t('image.packages')}</span>
      </span>
      <span className="layer-number">
        {isKnown || layer.openFindings > 0 ? (
          <strong className={layer.openFindings > 0 ? 'warn-text' : 'quiet'}>
            {count(layer.openFindings)}
          </strong>
        ) : (
          <span className="quiet">?</span>
        )}
        <span className="quiet small">{t('page.findings')}</span>
      </span>
    </li>
  );
};

/** The layers, the top one first, as they lie on each other: what made each, how large it is, what it brought. */
export const ImageLayers = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { bytes, count } = useFormat();
  const layers = image.layers ?? [];
  if (layers.length === 0) return <Unknown why={t('layer.none')} what={t('layer.none.what')} />;
  const most = Math.max(1, ...layers.map((layer) => layer.sizeBytes ?? 0));
  const whole = layers.reduce((sum, layer) => sum + (layer.sizeBytes ?? 0), 0);
  const isKnown = certaintyOf(image.scan).certainty !== 'unknown';
  const base = layers.filter((layer) => layer.base === true);
  const fromBase = base.reduce((sum, layer) => sum + layer.openFindings, 0);
  const findings = layers.reduce((sum, layer) => sum + layer.openFindings, 0);
  return (
    <section className="card" aria-labelledby="layers-title">
      <div className="card-head">
        <h2 id="layers-title">{t('layer.title', { n: count(layers.length), size: bytes(whole) })}</h2>
        <span className="quiet small">
          {base.length > 0 && isKnown
            ? t('layer.from-base', { n: count(fromBase), all: count(findings) })
            : t('layer.order')}
        </span>
      </div>
      <ol className="list-plain layers" reversed>
        {layers
          .map((layer, index) => ({ layer, number: index + 1 }))
          .reverse()
          .map(({ layer, number }) => (
            <Line
              key={`${number}${layer.diffId}`}
              layer={layer}
              number={number}
              share={(layer.sizeBytes ?? 0) / most}
              isKnown={isKnown}
            />
          ))}
      </ol>
      {image.base?.reference !== undefined && (
        <p className="card-body quiet small layer-foot">
          {t('layer.base-is')} <code>{image.base.reference}</code>
        </p>
      )}
    </section>
  );
};
