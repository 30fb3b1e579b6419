// traffic INTERFACE MAC KIND RATE SECONDS FIRST CLIENTS NAMES: sends DNS answers or SYNs at a steady rate and prints how many.
//
// Each packet is one of its own: an answer has its own id and port, a SYN its own sequence number and port. Clients are
// 10.200.x.y from the FIRST on, one after the other; answers say that `s<n>.shop.svc.cluster.local` has two addresses.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MOST = 256, ROOM = 256 };

static uint8_t frames[MOST][ROOM];
static struct iovec parts[MOST];
static struct mmsghdr messages[MOST];

static void put16(uint8_t *at, unsigned value) {
  at[0] = value >> 8;
  at[1] = value;
}

static void put32(uint8_t *at, uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

static unsigned checksum(const uint8_t *bytes, int length) {
  uint32_t sum = 0;
  for (int at = 0; at < length; at += 2) sum += bytes[at] << 8 | bytes[at + 1];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

static int ip_header(uint8_t *ip, int protocol, uint32_t source, uint32_t destination, int length) {
  memset(ip, 0, 20);
  ip[0] = 0x45;
  put16(ip + 2, length);
  ip[8] = 64;
  ip[9] = protocol;
  put32(ip + 12, source);
  put32(ip + 16, destination);
  put16(ip + 10, checksum(ip, 20));
  return 20;
}

static int dns_answer(uint8_t *ip, uint64_t number, uint32_t client, unsigned name) {
  uint8_t *udp = ip + 20, *dns = udp + 8, *at = dns + 12;
  char label[16];
  memset(dns, 0, 12);
  put16(dns, number & 0xffff);
  put16(dns + 2, 0x8180);
  put16(dns + 4, 1);
  put16(dns + 6, 2);
  *at = sprintf(label, "s%u", name);
  memcpy(at + 1, label, *at);
  at += 1 + *at;
  static const uint8_t rest[] = "\4shop\3svc\7cluster\5local";
  memcpy(at, rest, sizeof rest);
  at += sizeof rest;
  put16(at, 1);
  put16(at + 2, 1);
  at += 4;
  for (int address = 0; address < 2; address++) {
    put16(at, 0xc00c);
    put16(at + 2, 1);
    put16(at + 4, 1);
    put32(at + 6, 30);
    put16(at + 10, 4);
    put32(at + 12, 0x0a600000 + name * 2 + address);
    at += 16;
  }
  put16(udp, 53);
  put16(udp + 2, 1024 + (number >> 16) % 60000);
  put16(udp + 4, at - udp);
  put16(udp + 6, 0);
  ip_header(ip, 17, 0x0a60000a, client, at - ip);
  return at - ip;
}

static int syn(uint8_t *ip, uint64_t number, uint32_t client, unsigned name) {
  uint8_t *tcp = ip + 20;
  memset(tcp, 0, 20);
  put16(tcp, 1024 + number % 60000);
  put16(tcp + 2, 8000 + name);
  put32(tcp + 4, (uint32_t)number * 2654435761u);
  tcp[12] = 0x50;
  tcp[13] = 2;
  put16(tcp + 14, 0xfaf0);
  ip_header(ip, 6, 0x0a60000a, client, 40);
  return 40;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **words) {
  if (count != 9) return fprintf(stderr, "traffic INTERFACE MAC KIND RATE SECONDS FIRST CLIENTS NAMES\n"), 2;
  int is_syn = strcmp(words[3], "syn") == 0;
  double rate = atof(words[4]), seconds = atof(words[5]);
  unsigned first = atoi(words[6]), clients = atoi(words[7]), names = atoi(words[8]);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(words[1])};
  int out = socket(AF_PACKET, SOCK_RAW, 0), yes = 1;
  setsockopt(out, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
  if (out < 0 || bind(out, (struct sockaddr *)&to, sizeof to) < 0) return perror("traffic"), 1;

  uint8_t ethernet[14] = {0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 8, 0};
  sscanf(words[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", ethernet, ethernet + 1, ethernet + 2, ethernet + 3, ethernet + 4, ethernet + 5);
  for (int index = 0; index < MOST; index++) {
    memcpy(frames[index], ethernet, 14);
    parts[index].iov_base = frames[index];
    messages[index].msg_hdr.msg_iov = &parts[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }

  uint64_t sent = 0;
  double start = now();
  for (double time = 0; time < seconds; time = now() - start) {
    uint64_t due = (uint64_t)(time * rate);
    while (sent < due) {
      int batch = due - sent > MOST ? MOST : due - sent;
      for (int index = 0; index < batch; index++) {
        uint64_t number = sent + index;
        uint32_t client = 0x0ac80002 + first + number % clients;
        unsigned name = number / clients % names;
        uint8_t *ip = frames[index] + 14;
        parts[index].iov_len = 14 + (is_syn ? syn(ip, number, client, name) : dns_answer(ip, number, client, name));
      }
      int done = sendmmsg(out, messages, batch, 0);
      if (done < 0) return perror("sendmmsg"), 1;
      sent += done;
    }
    struct timespec rest = {0, 500000};
    nanosleep(&rest, NULL);
  }
  printf("%llu\n", (unsigned long long)sent);
  return 0;
}
