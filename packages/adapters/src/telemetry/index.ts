// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the controller says of itself: JSON log lines without secrets, and a closed list of metrics. In: calls; out:
 * stderr and the Prometheus text format. Serves k05 (logging and monitoring).
 */
export { createLogger, LOG_LEVELS, type Logger, type LogLevel, redactionPaths, redactText } from './log.ts';
export { METRICS, type MetricName, type MetricSpec } from './metric-list.ts';
export { createMetrics, type MetricLabels, type Metrics } from './metrics.ts';
