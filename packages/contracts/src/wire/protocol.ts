// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Agent <-> controller, over one HTTP/2 stream with mutual TLS. Each direction carries frames:
 * a 4-byte big-endian length (of what follows), one flag byte (1 = zstd), then JSON of a WireMessage.
 */

/**
 * Version the two sides speak; each side also accepts the release before. 1: 2026-07. 2: 2026-11, `state` of agents
 * whose records are not taken. 3: 2026-11, the key of the fingerprints of secrets, and secrets of environments.
 */
export const WIRE_VERSION = 3;
/** Oldest version still accepted. */
export const WIRE_VERSION_OLDEST = 1;
/** First version whose controllers take `state`. */
export const WIRE_VERSION_STATE = 2;
/** First version whose agents take the key of the fingerprints. */
export const WIRE_VERSION_FINGERPRINTS = 3;
/** Largest frame, compressed or not, in bytes. */
export const WIRE_FRAME_BYTES_MAX = 256 * 1024;
/** Largest frame after decompression, in bytes: a bomb is refused before it is held. */
export const WIRE_FRAME_INFLATED_BYTES_MAX = 4 * 1024 * 1024;
/** Records in one batch at most. */
export const WIRE_BATCH_RECORDS_MAX = 2000;
/** Path of the stream (mutual TLS). */
export const WIRE_STREAM_PATH = '/wire/v1/stream';
/** Path of enrolment (server-side TLS and a one-time join token). */
export const WIRE_ENROLL_PATH = '/wire/v1/enroll';
/** Path of certificate renewal (mutual TLS). */
export const WIRE_RENEW_PATH = '/wire/v1/renew';
