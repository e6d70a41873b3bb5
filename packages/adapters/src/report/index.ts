// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Reports as PDF, without a browser: blocks of the engine in, bytes out, with a Japanese typeface that ships with the
 * product. In: blocks. Out: a stream of bytes whose memory does not grow with the pages. Serves K05.
 */
export { pdfOf } from './layout.ts';
export type { PdfInfo } from './pdf-file.ts';
export { reportStream } from './stream.ts';
