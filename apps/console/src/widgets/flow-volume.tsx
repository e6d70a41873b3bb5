// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';

/**
 * Whether no byte of these flows was counted: the kernel counts bytes for each TCP connection and tells them at its
 * end, and never those of UDP, for which agents of before wrote zero.
 */
export const isUncounted = (protocols: readonly string[], bytes: number | undefined): boolean =>
  bytes === undefined ||
  (bytes === 0 && protocols.length > 0 && protocols.every((protocol) => protocol.startsWith('udp')));

/** Bytes of a flow; what is not counted is said so and never shown as zero. */
export const FlowVolume = ({
  protocols,
  bytes,
}: {
  readonly protocols: readonly string[];
  readonly bytes: number | undefined;
}) => {
  const t = useT();
  const format = useFormat();
  if (bytes !== undefined && !isUncounted(protocols, bytes)) return format.bytes(bytes);
  return (
    <span className="quiet" title={t('flow.bytes.uncounted.hint')}>
      {t('flow.bytes.uncounted')}
    </span>
  );
};
