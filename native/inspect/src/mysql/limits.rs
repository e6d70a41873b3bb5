// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Version of the server, in bytes.
pub const VERSION_MAX: usize = 80;
/// Fixed parts of a greeting.
pub const GREETING_LEAST: usize = 20;
pub const GREETING_MAX: usize = 1024;
