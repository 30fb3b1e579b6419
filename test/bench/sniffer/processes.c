// processes ADDRESS PROCESSES CONNECTIONS: makes TCP connections to itself on a local address, forks until there are as many
// processes as asked for, prints "ready" and waits.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 4) return fprintf(stderr, "processes ADDRESS PROCESSES CONNECTIONS\n"), 2;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(8080), .sin_addr.s_addr = inet_addr(words[1])};
  int listener = socket(AF_INET, SOCK_STREAM, 0), connections = atoi(words[3]);
  if (bind(listener, (struct sockaddr *)&server, sizeof server) < 0 || listen(listener, 1024) < 0) return perror("listen"), 1;
  for (int index = 0; index < connections; index++) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&server, sizeof server) < 0) return perror("connect"), 1;
    if (accept(listener, NULL, NULL) < 0) return perror("accept"), 1;
  }
  for (int process = 1; process < atoi(words[2]); process++) {
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (int file = 3; file < 3 + 2 * connections + 1; file++) close(file);
      for (;;) pause();
    }
  }
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
