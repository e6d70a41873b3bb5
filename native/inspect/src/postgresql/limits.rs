// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Requests to encrypt: TLS and GSSAPI.
pub const ENCRYPTIONS: [u32; 2] = [80_877_103, 80_877_104];
pub const CANCEL: u32 = 80_877_102;
/// Major version of the protocol.
pub const VERSION_3: u32 = 3;
/// Longest start-up message that servers take.
pub const STARTUP_MAX: u32 = 10_000;
pub const PARAMETERS_MAX: usize = 32;
pub const NAME_MAX: usize = 63;
pub const VALUE_MAX: usize = 1024;
