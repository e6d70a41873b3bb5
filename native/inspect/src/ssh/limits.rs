// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Longest banner (RFC 4253, 4.2), its end included.
pub const BANNER_MAX: usize = 255;
