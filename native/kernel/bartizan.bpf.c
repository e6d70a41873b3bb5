/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The one eBPF object. Each program stands alone: the sensor leaves out those that a kernel refuses. */
#include "types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
#include "frames.h"
#include "record.h"
#include "path.h"
#include "process.h"
#include "processes.bpf.h"
#include "network.bpf.h"
#include "cgroups.bpf.h"
#include "uses.bpf.h"
#include "opens.bpf.h"
#include "calls.bpf.h"
#include "levels.bpf.h"

/* The kernel offers the helpers that we call only to programs which name a GPL-compatible licence. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
