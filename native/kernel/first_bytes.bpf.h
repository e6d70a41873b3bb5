/* SPDX-FileCopyrightText: Bartizan contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first bytes of connections of containers, copied for the inspect worker. Nothing here decides about a
 * packet: both programs always let it pass, and they are gone with the sensor.
 */
#define SEGMENTS_MAX 4
#define STREAMS_MAX 16384
#define LISTENING_MAX 4096
#define IP_FRAGMENT_OFFSET 0x1fff
#define PASS 1

enum direction { FROM_CLIENT, FROM_SERVER };

/* What has been taken of a connection. */
struct stream {
  struct bz_network network;
  __u64 cgroup_id;
  __u64 unified_cgroup_id;
  __u32 next_sequence[2];
  __u32 taken[2];
  __u8 segments[2];
  __u8 ended[2];
  __u8 is_server;
  __u8 spare[3];
};

/* By socket cookie. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, STREAMS_MAX);
  __type(key, __u64);
  __type(value, struct stream);
} streams SEC(".maps");

/* A datagram socket gets its cookie too late: the ends say which it is. */
struct ends {
  __u8 remote_address[16];
  __u16 local_port;
  __u16 remote_port;
  __u32 family;
  /* Containers choose the same ports and ask the same server. */
  __u32 network_namespace;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, STREAMS_MAX / 4);
  __type(key, struct ends);
  __type(value, struct stream);
} datagrams SEC(".maps");

/* Ports on which a process of a container listens in the network namespace of the host. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, LISTENING_MAX);
  __type(key, __u32);
  __type(value, __u32);
} listening SEC(".maps");

/* Connections taken in this second, whole machine. */
struct rate {
  __u64 second;
  __u64 flows;
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct rate);
} inspect_rate SEC(".maps");

/* Apart from the other ring: first bytes never take room from events. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4 * 1024 * 1024);
} first_ring SEC(".maps");

_Static_assert((BZ_FIRST_BYTES_MAX & (BZ_FIRST_BYTES_MAX - 1)) == 0, "a power of two");

struct first_record {
  struct bz_header header;
  struct bz_process process;
  struct bz_first_bytes body;
  __u8 bytes[BZ_FIRST_BYTES_MAX];
};

static __always_inline bool is_within_rate(void)
{
  __u64 second = bpf_ktime_get_boot_ns() / 1000000000;
  __u32 zero = 0;
  struct rate *rate = bpf_map_lookup_elem(&inspect_rate, &zero);

  if (!rate)
    return 0;
  /* Two processors at the turn of a second may take a few more. */
  if (rate->second != second) {
    rate->second = second;
    rate->flows = 0;
  }
  if (rate->flows >= cfg.inspect_per_second) {
    count(COUNT_INSPECT_SKIPPED);
    return 0;
  }
  __sync_fetch_and_add(&rate->flows, 1);
  return 1;
}

static __always_inline void begin_stream(const struct record *r, __u8 is_server)
{
  struct stream stream = {};
  __u64 cookie = r->network.socket_id;

  if (!is_within_rate())
    return;
  stream.network = r->network;
  stream.cgroup_id = r->header.cgroup_id;
  stream.unified_cgroup_id = r->header.unified_cgroup_id;
  stream.is_server = is_server;
  bpf_map_update_elem(&streams, &cookie, &stream, BPF_ANY);
}

static __always_inline void note_listener(const struct record *r)
{
  __u32 port = r->network.local_port;
  __u32 yes = 1;

  if (r->network.network_namespace != host.network_namespace)
    return;
  if (r->process.flags & BZ_PROCESS_IN_CONTAINER)
    bpf_map_update_elem(&listening, &port, &yes, BPF_ANY);
  else
    bpf_map_delete_elem(&listening, &port);
}

static __always_inline bool is_accepted_by_container(const struct record *r)
{
  __u32 port = r->network.local_port;

  if (r->network.network_namespace != host.network_namespace)
    return 1;
  return bpf_map_lookup_elem(&listening, &port) != NULL;
}

/* Follows a connection from the record that tells its change. */
static __always_inline void follow(const struct record *r, __u8 kind)
{
  __u64 cookie = r->network.socket_id;
  struct stream *known;

  if (!cfg.inspect_per_second)
    return;
  switch (kind) {
  case BZ_KIND_CONNECT_START:
    if (r->process.flags & BZ_PROCESS_IN_CONTAINER || r->network.network_namespace != host.network_namespace)
      begin_stream(r, 0);
    break;
  case BZ_KIND_CONNECT:
    known = bpf_map_lookup_elem(&streams, &cookie);
    if (!known)
      break;
    if (r->network.new_state == TCP_CLOSE)
      bpf_map_delete_elem(&streams, &cookie);
    else
      known->network = r->network;
    break;
  case BZ_KIND_ACCEPT:
    if (is_accepted_by_container(r))
      begin_stream(r, 1);
    break;
  case BZ_KIND_LISTEN:
    note_listener(r);
    break;
  case BZ_KIND_CLOSE:
    bpf_map_delete_elem(&streams, &cookie);
    break;
  }
}

static __always_inline bool is_mapped(const __u8 *address)
{
  int i;

  for (i = 0; i < 10; i++)
    if (address[i])
      return 0;
  return address[10] == 0xff && address[11] == 0xff;
}

/* A datagram socket of a container was connected: its first datagram is looked at. */
static __always_inline void follow_datagrams(const struct record *r)
{
  struct stream stream = {};
  struct ends ends = {};

  if (!cfg.inspect_per_second ||
      (!(r->process.flags & BZ_PROCESS_IN_CONTAINER) && r->network.network_namespace == host.network_namespace))
    return;
  if (!is_within_rate())
    return;
  ends.family = r->network.family;
  /* What a socket of family 6 sends to an IPv4 address are packets of family 4. */
  if (ends.family == 6 && is_mapped(r->network.remote_address)) {
    ends.family = 4;
    __builtin_memcpy(ends.remote_address, r->network.remote_address + 12, 4);
  } else {
    __builtin_memcpy(ends.remote_address, r->network.remote_address, 16);
  }
  ends.local_port = r->network.local_port;
  ends.remote_port = r->network.remote_port;
  ends.network_namespace = r->network.network_namespace;
  stream.network = r->network;
  stream.cgroup_id = r->header.cgroup_id;
  stream.unified_cgroup_id = r->header.unified_cgroup_id;
  bpf_map_update_elem(&datagrams, &ends, &stream, BPF_ANY);
}

/* Where the payload of a packet lies. */
struct payload {
  __u32 at;
  __u32 bytes;
  __u32 sequence;
  __u8 protocol;
  __u8 is_v6;
};

static __always_inline bool find_transport(struct __sk_buff *skb, struct payload *payload)
{
  __u8 first = 0;
  __be16 fragment = 0;

  if (bpf_skb_load_bytes(skb, 0, &first, 1))
    return 0;
  payload->is_v6 = first >> 4 == 6;
  if (payload->is_v6) {
    /* Extension headers are not followed: such a connection stays unseen. */
    if (bpf_skb_load_bytes(skb, 6, &payload->protocol, 1))
      return 0;
    payload->at = 40;
    return 1;
  }
  if (first >> 4 != 4 || bpf_skb_load_bytes(skb, 6, &fragment, 2) ||
      bpf_ntohs(fragment) & IP_FRAGMENT_OFFSET || bpf_skb_load_bytes(skb, 9, &payload->protocol, 1))
    return 0;
  payload->at = (first & 15) * 4;
  return 1;
}

static __always_inline bool find_stream_payload(struct __sk_buff *skb, struct payload *payload)
{
  __be32 sequence = 0;
  __u8 offset = 0;

  if (bpf_skb_load_bytes(skb, payload->at + 4, &sequence, 4) ||
      bpf_skb_load_bytes(skb, payload->at + 12, &offset, 1))
    return 0;
  payload->sequence = bpf_ntohl(sequence);
  payload->at += (offset >> 4) * 4;
  if (skb->len <= payload->at)
    return 0;
  payload->bytes = skb->len - payload->at;
  return 1;
}

static __always_inline bool emit(struct __sk_buff *skb, const struct stream *stream, __u8 direction, __u8 segment,
                                 __u32 at, __u32 bytes)
{
  struct first_record *r = bpf_ringbuf_reserve(&first_ring, sizeof(*r), 0);

  if (!r) {
    count(COUNT_INSPECT_DROPPED);
    return 0;
  }
  if (bytes > BZ_FIRST_BYTES_MAX)
    bytes = BZ_FIRST_BYTES_MAX;
  /* Changes nothing: the form in which 6.1 believes that it is 1 to the most. */
  asm volatile("" : "+r"(bytes));
  bytes = ((bytes - 1) & (BZ_FIRST_BYTES_MAX - 1)) + 1;
  if (bpf_skb_load_bytes(skb, at, r->bytes, bytes)) {
    bpf_ringbuf_discard(r, 0);
    return 0;
  }
  begin((struct record *)r, BZ_KIND_FIRST_BYTES);
  r->header.length = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_first_bytes) + bytes;
  r->header.cgroup_id = stream->cgroup_id;
  r->header.unified_cgroup_id = stream->unified_cgroup_id;
  __builtin_memset(&r->process, 0, sizeof(r->process));
  r->process.flags = BZ_PROCESS_UNKNOWN;
  __builtin_memcpy(&r->body, &stream->network, sizeof(stream->network));
  r->body.direction = direction;
  r->body.segment = segment;
  r->body.spare = 0;
  r->body.bytes.offset = sizeof(struct bz_header) + sizeof(struct bz_process) + sizeof(struct bz_first_bytes);
  r->body.bytes.length = bytes;
  bpf_ringbuf_submit(r, 0);
  return 1;
}

/* Takes what is next in the stream; a piece sent again is passed over, a hole ends the direction. */
static __always_inline void take_stream(struct __sk_buff *skb, struct payload *payload, bool is_egress)
{
  __u64 cookie = bpf_get_socket_cookie(skb);
  struct stream *stream = bpf_map_lookup_elem(&streams, &cookie);
  __u8 direction;
  __u32 i;

  if (!stream)
    return;
  direction = is_egress == stream->is_server ? FROM_SERVER : FROM_CLIENT;
  i = direction & 1;
  if (stream->ended[i] || !find_stream_payload(skb, payload))
    return;
  if (stream->segments[i] && payload->sequence != stream->next_sequence[i]) {
    if ((__s32)(payload->sequence - stream->next_sequence[i]) > 0)
      stream->ended[i] = 1;
    return;
  }
  stream->next_sequence[i] = payload->sequence + payload->bytes;
  if (payload->bytes > BZ_FIRST_BYTES_MAX - stream->taken[i])
    payload->bytes = BZ_FIRST_BYTES_MAX - stream->taken[i];
  if (!emit(skb, stream, direction, stream->segments[i], payload->at, payload->bytes)) {
    stream->ended[i] = 1;
    return;
  }
  stream->segments[i]++;
  stream->taken[i] += payload->bytes;
  if (stream->segments[i] >= SEGMENTS_MAX || stream->taken[i] >= BZ_FIRST_BYTES_MAX)
    stream->ended[i] = 1;
}

/*
 * The network namespace of the socket that sends. The pointer of the context leads to a narrow view of the socket
 * only; its number, read back from the stack, is where the kernel's own structure lies.
 */
static __always_inline __u32 namespace_of_sender(struct __sk_buff *skb)
{
  struct bpf_sock *view = skb->sk;
  struct sock *sk = NULL;

  if (!view || bpf_probe_read_kernel(&sk, sizeof(sk), &view))
    return 0;
  return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* One datagram from the client is enough: it holds the question. */
static __always_inline void take_datagram(struct __sk_buff *skb, struct payload *payload)
{
  struct ends ends = {};
  struct stream *stream;
  __be16 ports[2] = {};

  if (bpf_skb_load_bytes(skb, payload->at, ports, 4))
    return;
  if (payload->is_v6 ? bpf_skb_load_bytes(skb, 24, ends.remote_address, 16)
                     : bpf_skb_load_bytes(skb, 16, ends.remote_address, 4))
    return;
  ends.local_port = bpf_ntohs(ports[0]);
  ends.remote_port = bpf_ntohs(ports[1]);
  ends.family = payload->is_v6 ? 6 : 4;
  ends.network_namespace = namespace_of_sender(skb);
  stream = bpf_map_lookup_elem(&datagrams, &ends);
  if (!stream || skb->len <= payload->at + 8)
    return;
  emit(skb, stream, FROM_CLIENT, 0, payload->at + 8, skb->len - payload->at - 8);
  bpf_map_delete_elem(&datagrams, &ends);
}

SEC("cgroup_skb/egress")
int on_first_bytes_out(struct __sk_buff *skb)
{
  struct payload payload = {};

  if (!find_transport(skb, &payload))
    return PASS;
  if (payload.protocol == IPPROTO_TCP)
    take_stream(skb, &payload, 1);
  else if (payload.protocol == IPPROTO_UDP)
    take_datagram(skb, &payload);
  return PASS;
}

SEC("cgroup_skb/ingress")
int on_first_bytes_in(struct __sk_buff *skb)
{
  struct payload payload = {};

  if (find_transport(skb, &payload) && payload.protocol == IPPROTO_TCP)
    take_stream(skb, &payload, 0);
  return PASS;
}
