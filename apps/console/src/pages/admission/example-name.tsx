// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useFormat } from '../../format/use-format.ts';

/** A rule of the product names its examples in both languages, one of a person as that person did. */
export const ExampleName = ({
  example,
}: {
  example: { readonly name: string; readonly nameJa?: string };
}) => {
  const { text } = useFormat();
  const { name, nameJa } = example;
  return nameJa === undefined ? <span translate="no">{name}</span> : text({ en: name, ja: nameJa });
};
