// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Bytes of a message header.
pub const HEADER: usize = 16;
/// Longest message that servers take.
pub const MESSAGE_MAX: u32 = 48_000_000;
pub const OP_QUERY: u32 = 2004;
pub const OP_COMPRESSED: u32 = 2012;
pub const OP_MSG: u32 = 2013;
/// Longest name of a command.
pub const COMMAND_MAX: usize = 40;
