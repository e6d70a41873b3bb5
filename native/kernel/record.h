/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records on their way to the sensor: maps, configuration, scratch space, counters.
 * A record is laid out like the frame it becomes; its tail holds raw text (path parts leaf first).
 */
#ifndef BARTIZAN_RECORD_H
#define BARTIZAN_RECORD_H

#define RECORD_BYTES 16384
#define NAME_BYTES 256
/* The last offset at which one more name fits. */
#define TAIL_LIMIT (RECORD_BYTES - NAME_BYTES)
#define ARGUMENTS_MAX 4096

enum counter {
  COUNT_SUBMITTED,
  COUNT_DROPPED,
  COUNT_SHED,
  COUNT_INSPECT_SKIPPED,
  COUNT_INSPECT_DROPPED,
  COUNT_LAST
};
/* Programs that a preemptible kernel may run between two steps of another (fentry) have a slot of their own. */
enum scratch_slot { SCRATCH_PROCESS, SCRATCH_SYSCALL, SCRATCH_CREDENTIALS, SCRATCH_CGROUP, SCRATCH_LAST };

/* Set by the sensor before the load; the verifier then removes what does not apply. */
struct config {
  __u32 memory_v1;
  __u32 shed_above_bytes;
  /* Connections whose first bytes are taken, per second; 0: none. */
  __u32 inspect_per_second;
  /* What the agent and its children read is no use of a package. */
  __u32 agent_pid;
};
const volatile struct config cfg SEC(".rodata.cfg");

/*
 * Learnt from kthreadd by the walk over what runs, which the sensor does before anything else is attached:
 * process 1 need not live in the host's namespace, nor need the sensor. Set by the sensor when there is no kthreadd.
 */
struct host_namespaces {
  __u32 mount_namespace;
  __u32 network_namespace;
};
struct host_namespaces host;

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct counters {
  __u64 value[COUNT_LAST];
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct counters);
} counters SEC(".maps");

struct record {
  struct bz_header header;
  struct bz_process process;
  union {
    struct bz_exec exec;
    struct bz_fork fork;
    struct bz_exit exit;
    struct bz_credentials credentials;
    struct bz_network network;
    struct bz_open open;
    struct bz_file_use file_use;
    struct bz_cgroup cgroup;
  };
};
/* Parts nearest the root that are kept of a path with too many. */
#define WALK_TOP 4
/* State of a walk up a path; see path.h. */
struct walk {
  void *dentry;
  /* Of the mount that the walk is in: its root, the mount above it, and where it hangs there. */
  void *mount;
  void *mount_root;
  void *above;
  void *mountpoint;
  /* The root of the process, where it is asked for, and the bytes of the parts below it; 0 until the walk comes by. */
  void *root_dentry;
  void *root_mount;
  __u32 root_bytes;
  /* How many parts were passed over, and the names of the last of them, as a ring. */
  __u32 passed;
  void *top[WALK_TOP];
  __u32 start;
  __u32 at;
  __u32 end;
  __u32 spare;
};
struct scratch {
  __u8 bytes[RECORD_BYTES];
  struct walk walk;
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, SCRATCH_LAST);
  __type(key, __u32);
  __type(value, struct scratch);
} scratch SEC(".maps");

static __always_inline struct record *scratch_record(__u32 slot)
{
  return bpf_map_lookup_elem(&scratch, &slot);
}

static __always_inline void count(enum counter which)
{
  __u32 zero = 0;
  struct counters *all = bpf_map_lookup_elem(&counters, &zero);

  if (all)
    all->value[which]++;
}

static __always_inline void begin(struct record *r, __u8 kind)
{
  r->header.magic = BZ_FRAME_MAGIC;
  r->header.version = BZ_FRAME_VERSION;
  r->header.kind = kind;
  r->header.verdict = 0;
  r->header.reserved = 0;
  r->header.stream = 0;
  r->header.scope = 0;
  r->header.sequence = 0;
  r->header.boot_time_us = bpf_ktime_get_boot_ns() / 1000;
}

/* Processes and control groups: never given up while the ring has room. */
static __always_inline bool submit(struct record *r, __u32 bytes)
{
  if (bytes > RECORD_BYTES)
    return 0;
  r->header.length = bytes;
  if (bpf_ringbuf_output(&ring, r, bytes, 0)) {
    count(COUNT_DROPPED);
    return 0;
  }
  count(COUNT_SUBMITTED);
  return 1;
}

/* Network and opens: given up, and counted, when the ring is three quarters full. */
static __always_inline bool submit_sheddable(struct record *r, __u32 bytes)
{
  if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > cfg.shed_above_bytes) {
    count(COUNT_SHED);
    return 0;
  }
  return submit(r, bytes);
}

#endif
