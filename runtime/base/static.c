/* The dynamic loader, the resolver and the list of users, for the released program, which is one
 * static file: refusals.
 *
 * Lua, OpenSSL and SQLite can load code at run time and look up hosts, and the line editor looks up
 * users. We use none of it: there is no C loader in the VM, no OpenSSL engine or module, no SQLite
 * extension, nothing of ours opens a socket to another host, and ~name is not completed. In a
 * static program glibc would do both by loading shared libraries of exactly the glibc it was linked
 * with, which the machine that it runs on does not have; hence the linker's warnings. With these
 * definitions the program loads no code and asks no resolver, whatever is found in one of the
 * libraries. The Makefile asks for them by `-u dlopen`; the other profiles and the tests are linked
 * dynamically and have the system's. */
#ifdef LC_STATIC

#include <dlfcn.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

void *__wrap_dlopen(const char *file, int mode);

void *__wrap_dlopen(const char *file, int mode)
{
    (void)file;
    (void)mode;
    return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
    (void)handle;
    (void)name;
    return NULL;
}

int dlclose(void *handle)
{
    (void)handle;
    return -1;
}

char *dlerror(void)
{
    static char text[] = "a static program loads no code";

    return text;
}

int dladdr(const void *address, Dl_info *info)
{
    (void)address;
    (void)info;
    return 0; /* its way to say no */
}

int dlinfo(void *restrict handle, int request, void *restrict info)
{
    (void)handle;
    (void)request;
    (void)info;
    return -1;
}

int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    (void)name;
    (void)service;
    (void)hints;
    *out = NULL;
    return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list; /* there is none */
}

const char *gai_strerror(int code)
{
    (void)code;
    return "a static program asks no resolver";
}

int getnameinfo(const struct sockaddr *restrict address, socklen_t address_len, char *restrict host,
                socklen_t host_len, char *restrict service, socklen_t service_len, int flags)
{
    (void)address;
    (void)address_len;
    (void)host;
    (void)host_len;
    (void)service;
    (void)service_len;
    (void)flags;
    return EAI_FAIL;
}

struct passwd *getpwuid(uid_t user)
{
    (void)user;
    return NULL;
}

int getpwuid_r(uid_t user, struct passwd *restrict room, char *restrict text, size_t size,
               struct passwd **restrict out)
{
    (void)user;
    (void)room;
    (void)text;
    (void)size;
    *out = NULL;
    return 0; /* its way to say that there is none */
}

int getpwnam_r(const char *restrict name, struct passwd *restrict room, char *restrict text,
               size_t size, struct passwd **restrict out)
{
    (void)name;
    (void)room;
    (void)text;
    (void)size;
    *out = NULL;
    return 0;
}

void setpwent(void)
{
}

struct passwd *getpwent(void)
{
    return NULL;
}

void endpwent(void)
{
}

struct hostent *gethostbyname(const char *name)
{
    (void)name;
    return NULL;
}

#endif
