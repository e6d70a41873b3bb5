// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// A header and the shortest question.
pub const LEAST: usize = 17;
/// Longest message over a stream that is taken for a question.
pub const MESSAGE_MAX: usize = 1024;
/// RFC 1035, 2.3.4.
pub const LABEL_MAX: usize = 63;
pub const NAME_MAX: usize = 255;
/// As many one-letter labels as a name can have.
pub const LABELS_MAX: usize = 128;
