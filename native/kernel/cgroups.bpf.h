/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups come before their first process: a container is known before it runs. */
#define HIERARCHY_MEMORY 1
#define HIERARCHY_UNIFIED 2
#define CGROUP_PATH_MAX 4096

/* Which of the two hierarchies that we use it belongs to; 0 for the others of v1. */
static __always_inline __u32 hierarchy_of(struct task_struct *t, struct cgroup *group)
{
  if (group->root->hierarchy_id == 0)
    return HIERARCHY_UNIFIED;
  if (cfg.memory_v1) {
    struct cgroup_subsys_state *memory =
        t->cgroups->subsys[bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)];

    if (memory->cgroup->root->hierarchy_id == group->root->hierarchy_id)
      return HIERARCHY_MEMORY;
  }
  return 0;
}

static __always_inline void observe_cgroup(__u8 kind, struct cgroup *group, const char *path)
{
  struct task_struct *t = bpf_get_current_task_btf();
  __u32 hierarchy = hierarchy_of(t, group);
  __u32 at = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_cgroup);
  struct record *r;
  long n;

  if (!hierarchy)
    return;
  r = scratch_record(SCRATCH_CGROUP);
  if (!r)
    return;
  begin(r, kind);
  put_process(r, t);
  r->cgroup.id = group->kn->id;
  r->cgroup.parent_id = group->self.parent->cgroup->kn->id;
  r->cgroup.level = group->level;
  r->cgroup.hierarchy = hierarchy;
  r->cgroup.spare = 0;
  r->cgroup.path.offset = at;
  r->cgroup.path.length = 0;
  n = bpf_probe_read_kernel_str((__u8 *)r + at, CGROUP_PATH_MAX, path);
  if (n > 1) {
    r->cgroup.path.length = n - 1;
    at += (__u32)n & (2 * CGROUP_PATH_MAX - 1);
  }
  submit(r, at);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *group, const char *path)
{
  observe_cgroup(BZ_KIND_CGROUP_CREATED, group, path);
  return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *group, const char *path)
{
  observe_cgroup(BZ_KIND_CGROUP_REMOVED, group, path);
  return 0;
}
