// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Advisory feeds over HTTPS: addresses in, files in a folder out, each bounded in size and time. What the files say is
 * the business of the pack builder. Serves k10 (vulnerable components).
 */
export { type DownloadLimits, downloadFile, type FeedError } from './download.ts';
export { DEFAULT_FEEDS, type Feed, feedUrl, hasFeed, selectFeeds } from './feeds.ts';
export { type FeedOutcome, type FetchOptions, fetchFeeds } from './fetch-feeds.ts';
