/*
 * api_peer: Unix socket and peer credentials. See api_peer.h.
 *
 * The credentials are those of the process that connected, as the kernel noted them then: nothing
 * the peer says counts.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif
#include "api_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 32
#define GROUPS_MAX 65536 /* NGROUPS_MAX of Linux */

int
peer_group(const char *name, struct err *err, gid_t *ret_group)
{
	struct group entry, *found = NULL;
	char buffer[16384];
	int r;

	if (!name) {
		*ret_group = PEER_NO_GROUP;
		return 0;
	}
	r = getgrnam_r(name, &entry, buffer, sizeof(buffer), &found);
	if (!found)
		return err_set(err, r ? -r : -ENOENT,
			       "cannot open the API: there is no group \"%s\"; make it with "
			       "groupadd or correct "
			       "socket_group",
			       name);
	*ret_group = found->gr_gid;
	return 0;
}

/* Whether somebody accepts connections there. */
static bool
listened_on(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered;

	if (fd < 0)
		return true;
	/* A full backlog (EAGAIN) is a listener too. */
	answered = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		   errno == EAGAIN || errno == EACCES;
	close(fd);
	return answered;
}

static int
bind_path(int fd, const struct sockaddr_un *address, struct err *err)
{
	const char *path = address->sun_path;
	struct stat st;

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return err_set(
			err, -errno,
			"cannot make the API socket %s: %s; its folder must exist and be ours",
			path, strerror(errno));
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return err_set(err, -EADDRINUSE,
			       "cannot make the API socket %s: another kind of file is there; "
			       "remove it or choose "
			       "another path",
			       path);
	if (listened_on(address))
		return err_set(err, -EADDRINUSE,
			       "cannot make the API socket %s: another program listens there; stop "
			       "it first",
			       path);
	if ((unlink(path) < 0 && errno != ENOENT) ||
	    bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return err_set(err, -errno, "cannot replace the old API socket %s: %s", path,
			       strerror(errno));
	return 0;
}

int
peer_listen(const char *path, gid_t group, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, -ENAMETOOLONG,
			       "cannot make the API socket %s: the path is longer than %zu bytes",
			       path, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, -errno, "cannot make the API socket %s: %s", path,
			       strerror(errno));
	r = bind_path(fd, &address, err);
	if (r < 0)
		goto fail;
	/* Nobody can connect before listen(), so the modes are in place in time. */
	if (chmod(path, 0660) < 0 ||
	    (group != PEER_NO_GROUP && chown(path, (uid_t)-1, group) < 0)) {
		r = err_set(err, -errno,
			    "cannot give the API socket %s to its group: %s; our user must be a "
			    "member of it "
			    "(SupplementaryGroups= of the service)",
			    address.sun_path, strerror(errno));
		unlink(path);
		goto fail;
	}
	if (listen(fd, BACKLOG) < 0) {
		r = err_set(err, -errno, "cannot listen on the API socket %s: %s", address.sun_path,
			    strerror(errno));
		unlink(path);
		goto fail;
	}
	return fd;
fail:
	close(fd);
	return r;
}

static bool
in_supplementary(int fd, gid_t group)
{
	socklen_t size = 64 * sizeof(gid_t);
	gid_t *groups = malloc(size), *grown;
	bool found = false;
	int r;

	if (!groups)
		return false;
	r = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
	/* ERANGE: the kernel has put the size it needs. */
	if (r < 0 && errno == ERANGE && size <= GROUPS_MAX * sizeof(gid_t)) {
		grown = realloc(groups, size);
		if (grown) {
			groups = grown;
			r = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
		}
	}
	for (size_t i = 0; r == 0 && i < size / sizeof(gid_t) && !found; i++)
		found = groups[i] == group;
	free(groups);
	return found;
}

bool
peer_allowed(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || size != sizeof(peer))
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (group == PEER_NO_GROUP)
		return false;
	return peer.gid == group || in_supplementary(fd, group);
}

void
peer_name(int fd, char *ret, size_t size)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || len != sizeof(peer))
		snprintf(ret, size, "?");
	else if (getpwuid_r(peer.uid, &entry, buffer, sizeof(buffer), &found) == 0 && found)
		snprintf(ret, size, "%s", entry.pw_name);
	else
		snprintf(ret, size, "uid %u", (unsigned)peer.uid);
}
