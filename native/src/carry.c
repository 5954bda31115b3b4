#include "carry.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  PIPE_SIZE = 1 << 20, /* fs.pipe-max-size by default: pipe(7) */
  CHUNK = 4096,        /* PIPE_BUF: a blocking pipe that poll() calls writable takes so much at once, pipe(7) */
};

/* One of the two ways. Bytes are taken from `from` into the pipe and given from the pipe to `to`. */
struct way {
  int from;
  int to;
  int pipe[2];
  size_t in_pipe;
  size_t at_most; /* given at once */
  bool from_ended;
  bool done;
  bool take_by_copy; /* the kernel cannot splice from `from` (a terminal) */
  bool give_by_copy; /* the kernel cannot splice to `to` (a terminal, a file opened to append) */
  uint8_t chunk[CHUNK]; /* out of the pipe, not yet given */
  size_t chunk_at;
  size_t chunk_end;
  uint64_t given;
};

static bool is_passing(int error) { return error == EAGAIN || error == EINTR; }

static bool way_is_empty(const struct way *way) { return way->in_pipe == 0 && way->chunk_at == way->chunk_end; }

/* The pipe is empty when this is called, so that it takes a whole chunk. */
static ssize_t copy_into_pipe(const struct way *way) {
  uint8_t bytes[CHUNK];
  ssize_t length = read(way->from, bytes, sizeof bytes);
  return length <= 0 ? length : write(way->pipe[1], bytes, (size_t)length);
}

static ssize_t take(struct way *way) {
  if (!way->take_by_copy) {
    ssize_t length = splice(way->from, NULL, way->pipe[1], NULL, PIPE_SIZE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (length >= 0 || errno != EINVAL) return length;
    way->take_by_copy = true;
  }
  return copy_into_pipe(way);
}

static ssize_t fill_chunk(struct way *way) {
  ssize_t length = read(way->pipe[0], way->chunk, way->in_pipe < CHUNK ? way->in_pipe : CHUNK);
  if (length <= 0) return length;
  way->in_pipe -= (size_t)length;
  way->chunk_at = 0;
  way->chunk_end = (size_t)length;
  return length;
}

static ssize_t copy_out_of_pipe(struct way *way) {
  if (way->chunk_at == way->chunk_end && fill_chunk(way) < 0) return -1;
  ssize_t length = write(way->to, way->chunk + way->chunk_at, way->chunk_end - way->chunk_at);
  if (length > 0) way->chunk_at += (size_t)length;
  return length;
}

static ssize_t give(struct way *way) {
  if (!way->give_by_copy) {
    size_t most = way->in_pipe < way->at_most ? way->in_pipe : way->at_most;
    ssize_t length = splice(way->pipe[0], NULL, way->to, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (length > 0) way->in_pipe -= (size_t)length;
    if (length >= 0 || errno != EINVAL) return length;
    way->give_by_copy = true;
  }
  return copy_out_of_pipe(way);
}

/* 0, or the errno that ends the way. */
static int take_some(struct way *way) {
  ssize_t length = take(way);
  if (length > 0) way->in_pipe += (size_t)length;
  if (length == 0) way->from_ended = true;
  return length < 0 && !is_passing(errno) ? errno : 0;
}

static int give_some(struct way *way) {
  ssize_t length = give(way);
  if (length > 0) way->given += (uint64_t)length;
  return length < 0 && !is_passing(errno) ? errno : 0;
}

/* A way is either taking or giving: nothing is taken while something waits to be given. */
static struct pollfd watch_from(const struct way *way) {
  bool takes = !way->done && !way->from_ended && way_is_empty(way);
  return (struct pollfd){.fd = takes ? way->from : -1, .events = POLLIN};
}

/* Always watched for errors, so that the loss of the reader is seen even when there is nothing to give. */
static struct pollfd watch_to(const struct way *way) {
  return (struct pollfd){.fd = way->done ? -1 : way->to, .events = way_is_empty(way) ? 0 : POLLOUT};
}

/* Which side an errno is of. */
enum side { NO_SIDE, SERVER, PROGRAM };
struct trouble {
  enum side side;
  int error;
};

static struct trouble trouble_of(enum side side, int error) {
  return (struct trouble){.side = error == 0 ? NO_SIDE : side, .error = error};
}

/* `from_side` is where the way begins. */
static struct trouble move_some(struct way *way, enum side from_side, const struct pollfd *from,
                                const struct pollfd *to) {
  const enum side to_side = from_side == SERVER ? PROGRAM : SERVER;
  if (way->done) return trouble_of(NO_SIDE, 0);
  if (from->revents != 0) return trouble_of(from_side, take_some(way));
  if (to->revents == 0) return trouble_of(NO_SIDE, 0);
  return trouble_of(to_side, way_is_empty(way) ? EPIPE : give_some(way));
}

/* A pipe obeys SPLICE_F_NONBLOCK, everything else only its own O_NONBLOCK, which is not ours to set. */
static bool gives_without_blocking(int fd) {
  return fcntl(fd, F_GETPIPE_SZ) > 0 || (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

static bool open_way(struct way *way, int from, int to) {
  *way = (struct way){.from = from, .to = to, .pipe = {-1, -1}};
  way->at_most = gives_without_blocking(to) ? PIPE_SIZE : CHUNK;
  if (pipe2(way->pipe, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  /* More at a time. A user with many pipes may not have it (pipe-user-pages-soft), and the pipe serves as it is. */
  fcntl(way->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
  return true;
}

static void close_way(const struct way *way) {
  if (way->pipe[0] >= 0) close(way->pipe[0]);
  if (way->pipe[1] >= 0) close(way->pipe[1]);
}

static bool has_ended(const struct way *way) { return !way->done && way->from_ended && way_is_empty(way); }

static void end_up(struct way *up) {
  shutdown(up->to, SHUT_WR);
  up->done = true;
}

static void end_down(struct way *down) {
  close(down->to);
  down->done = true;
}

/*
 * The errno of a connection that broke, else 0. A program that is gone, or a closed `cancel_fd`, is an end like any other. What
 * the server has still sent is carried when it takes nothing more; and once the program has said all, a reset is only the
 * server's hasty goodbye.
 */
static int run_ways(struct way *up, struct way *down, int cancel_fd) {
  int broken = 0;
  while (!up->done || !down->done) {
    struct pollfd watched[] = {
        watch_from(up), watch_to(up), watch_from(down), watch_to(down), {.fd = cancel_fd, .events = POLLRDHUP}};
    if (ppoll(watched, 5, NULL, NULL) < 0) continue;
    if (watched[4].revents != 0) return 0;
    struct trouble trouble = move_some(up, PROGRAM, &watched[0], &watched[1]);
    if (trouble.side == PROGRAM) return 0;
    if (trouble.side == SERVER) broken = trouble.error;
    if (trouble.side == SERVER || has_ended(up)) end_up(up);
    trouble = move_some(down, SERVER, &watched[2], &watched[3]);
    if (trouble.side == PROGRAM) return 0;
    if (trouble.side == SERVER) return up->from_ended ? 0 : trouble.error;
    if (has_ended(down)) end_down(down);
  }
  return up->from_ended ? 0 : broken;
}

int carry(int from_fd, int to_fd, int socket, int cancel_fd, struct carried *carried) {
  struct way up = {.pipe = {-1, -1}};
  struct way down = {.pipe = {-1, -1}};
  int flags = fcntl(socket, F_GETFL);
  int on = 1;
  int error = 0;
  *carried = (struct carried){0};
  /* A keystroke must not wait for the ACK of the one before: whoever writes to us has gathered what belongs together. */
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0 || !open_way(&up, from_fd, socket) ||
      !open_way(&down, socket, to_fd))
    error = errno;
  else
    error = run_ways(&up, &down, cancel_fd);
  carried->up = up.given;
  carried->down = down.given;
  close_way(&up);
  close_way(&down);
  return error;
}

bool pass_socket(int unix_fd, int socket) {
  uint8_t byte = 0;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  union {
    struct cmsghdr aligned;
    uint8_t bytes[CMSG_SPACE(sizeof socket)];
  } control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  memset(&control, 0, sizeof control);
  control.aligned.cmsg_level = SOL_SOCKET;
  control.aligned.cmsg_type = SCM_RIGHTS;
  control.aligned.cmsg_len = CMSG_LEN(sizeof socket);
  memcpy(CMSG_DATA(&control.aligned), &socket, sizeof socket);
  ssize_t sent;
  do sent = sendmsg(unix_fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == 1;
}
