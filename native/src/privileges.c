#include "privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

/* Debian's nobody and nogroup; the kernel's own overflow ids. */
enum { NOBODY = 65534 };

enum { WORDS = _LINUX_CAPABILITY_U32S_3 };

/* 3 and 4 are a connection's (docs/helper-protocol.md). */
enum { FIRST_OTHER = 5 };

static const struct __user_cap_header_struct HEADER = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};

/* libc's wrappers live in libcap; the calls themselves are two lines. */
static bool read_capabilities(struct __user_cap_data_struct data[WORDS]) {
  struct __user_cap_header_struct header = HEADER;
  return syscall(SYS_capget, &header, data) == 0;
}

static bool write_capabilities(const struct __user_cap_data_struct data[WORDS]) {
  struct __user_cap_header_struct header = HEADER;
  return syscall(SYS_capset, &header, data) == 0;
}

static void close_inherited(void) {
  if (syscall(SYS_close_range, FIRST_OTHER, UINT_MAX, 0) == 0) return;
  /* Before Linux 5.9 there was no such call. */
  struct rlimit limit;
  const rlim_t most = 1 << 20;
  const rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < most ? limit.rlim_max : most;
  for (int fd = FIRST_OTHER; fd < (int)end; fd++) close(fd);
}

/* A socket must never get the number of a standard descriptor that was closed: reports would be sent on it. */
static bool standard_descriptors_open(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0) return false;
  return true;
}

/* The user behind pkexec or sudo, so that the app that started this process may also end it. Else nobody. */
static uid_t caller(void) {
  static const char *const VARIABLES[] = {"PKEXEC_UID", "SUDO_UID"};
  if (getuid() != 0) return getuid();
  for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES; i++) {
    const char *text = getenv(VARIABLES[i]);
    if (text == NULL || *text < '0' || *text > '9') continue;
    char *end;
    errno = 0;
    const unsigned long id = strtoul(text, &end, 10);
    if (errno == 0 && *end == '\0' && id > 0 && id < UINT_MAX) return (uid_t)id;
  }
  return NOBODY;
}

static bool become(uid_t user) {
  /* Only root may; the ids go while CAP_SETUID is still there, the capabilities right after. */
  if (geteuid() != 0) return true;
  return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
         setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(user, user, user) == 0;
}

/* Both capabilities are in the first word. */
static bool keep_only(uint32_t wanted) {
  struct __user_cap_data_struct data[WORDS];
  if (!read_capabilities(data)) return false;
  const uint32_t kept = data[0].permitted & wanted;
  memset(data, 0, sizeof data);
  data[0].permitted = kept;
  data[0].effective = kept;
  return write_capabilities(data);
}

static const uint32_t NET_RAW = CAP_TO_MASK(CAP_NET_RAW);
static const uint32_t NET_ADMIN = CAP_TO_MASK(CAP_NET_ADMIN);

/* Needs CAP_SETPCAP, which only root has. For the others no_new_privs and the filter close the same way: no exec. */
static void drop_bounding_set(void) {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) continue;
}

bool privileges_drop(struct failure *failure) {
  close_inherited();
  const uid_t user = caller();
  const struct rlimit none = {0, 0};
  const bool done = standard_descriptors_open() && setrlimit(RLIMIT_CORE, &none) == 0 &&
                    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && clearenv() == 0;
  if (!done) return fail(failure, INTERNAL, errno);
  drop_bounding_set();
  /* The kernel sets `dumpable` anew when the ids change, hence once more. */
  if (!become(user) || !keep_only(NET_RAW | NET_ADMIN) ||
      prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail(failure, INTERNAL, errno);
  return true;
}

bool privileges_read(struct privileges *privileges, struct failure *failure) {
  struct __user_cap_data_struct data[WORDS];
  if (!read_capabilities(data)) return fail(failure, INTERNAL, errno);
  const int no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  const int seccomp_mode = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  if (no_new_privs < 0 || seccomp_mode < 0) return fail(failure, INTERNAL, errno);
  *privileges = (struct privileges){
      .capabilities = (uint64_t)data[1].permitted << 32 | data[0].permitted,
      .no_new_privs = no_new_privs == 1,
      .seccomp_mode = (uint8_t)seccomp_mode,
  };
  return true;
}

bool privileges_keep_raw_only(struct failure *failure) {
  return keep_only(NET_RAW) || fail(failure, INTERNAL, errno);
}

bool privileges_drop_all(struct failure *failure) { return keep_only(0) || fail(failure, INTERNAL, errno); }

bool privileges_allow_raw(const struct privileges *privileges) {
  return (privileges->capabilities & NET_RAW) != 0;
}

bool privileges_allow_connect(const struct privileges *privileges) {
  return privileges_allow_raw(privileges) && (privileges->capabilities & NET_ADMIN) != 0;
}
