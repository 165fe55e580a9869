/* A TLS client that never lets up: new connections at a fixed rate, whatever becomes of those
 * before (while at most 128 wait for an answer: on a machine that is busy with other things the
 * rate falls, and no queue overflows), each with a full handshake whose chain and name are verified
 * and a request that is answered; nothing is tried twice. Until it is told to stop (SIGTERM,
 * SIGINT) and has made as many as it was asked for.
 *
 *     tls_load PORT NAME CA-FILE RATE AT-LEAST LOG [CLOCK-FILE]
 *
 * LOG gets a line for each: microseconds from the start, how long it took, the serial number that
 * was served or "-", and "ok" or what went wrong. Standard output gets the sums, a word and its
 * numbers in each line:
 *
 *     handshakes 1250          failures 0          seconds 5.0          gap_ms 14
 *     serial 3F09... 0 612     of the first handshake with it: milliseconds; how many
 *     error 3 certificate verify failed
 *
 * gap_ms is the longest time without a handshake that succeeded. CLOCK-FILE: seconds to be added to
 * this machine's clock, read for each handshake: whether a certificate is valid is asked of that
 * time. Exit status: 0 none failed, 1 some did, 2 it could not be begun. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_OPEN    128      /* connections at a time */
#define MAX_SERIALS 16       /* that are counted apart */
#define MAX_ERRORS  16       /* kinds */
#define PATIENCE_US 60000000 /* then a handshake has failed */
#define TEXT_BYTES  128

struct attempt {
    int fd; /* -1: free */
    SSL *ssl;
    bool is_up;   /* the handshake is done */
    bool is_sent; /* the request */
    int64_t begun_us;
    char serial[TEXT_BYTES];
};

struct sum {
    char text[TEXT_BYTES];
    int64_t first_ms;
    unsigned long count;
};

struct load {
    struct sockaddr_in address;
    const char *name;
    const char *clock_file; /* NULL: the machine's clock */
    double rate;
    unsigned long at_least;
    FILE *log;
    SSL_CTX *context;
    int poll_fd;
    int64_t begun_us;
    struct attempt attempts[MAX_OPEN];
    unsigned open;
    unsigned long made;
    unsigned long failed;
    int64_t last_success_us;
    int64_t gap_us;
    struct sum serials[MAX_SERIALS];
    struct sum errors[MAX_ERRORS];
};

static volatile sig_atomic_t told_to_stop;

static void stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- counting ---------------------------------------------------------------------------------
 */

static void count(struct sum *sums, size_t room, const char *text, int64_t at_us)
{
    size_t i = 0;

    while (i + 1 < room && sums[i].count != 0 && strcmp(sums[i].text, text) != 0)
        i++;
    if (sums[i].count++ == 0) {
        (void)snprintf(sums[i].text, sizeof(sums[i].text), "%s", text);
        sums[i].first_ms = at_us / 1000;
    }
}

static void finish(struct load *load, struct attempt *attempt, const char *problem)
{
    const int64_t now = now_us();
    const int64_t begun = attempt->begun_us - load->begun_us;
    const char *serial = attempt->serial[0] == '\0' ? "-" : attempt->serial;

    (void)fprintf(load->log, "%" PRId64 " %" PRId64 " %s %s\n", begun, now - attempt->begun_us,
                  serial, problem == NULL ? "ok" : problem);
    if (problem == NULL) {
        if (now - load->last_success_us > load->gap_us)
            load->gap_us = now - load->last_success_us;
        load->last_success_us = now;
        count(load->serials, MAX_SERIALS, serial, begun);
    } else {
        load->failed++;
        count(load->errors, MAX_ERRORS, problem, begun);
    }
    SSL_free(attempt->ssl);
    (void)close(attempt->fd);
    attempt->ssl = NULL;
    attempt->fd = -1;
    load->open--;
}

/* --- one handshake ----------------------------------------------------------------------------
 */

static const char *describe_failure(const SSL *ssl, int result)
{
    const long verdict = SSL_get_verify_result(ssl);
    const unsigned long code = ERR_peek_last_error();

    if (verdict != X509_V_OK)
        return X509_verify_cert_error_string(verdict);
    if (code != 0)
        return ERR_reason_error_string(code);
    return result == 0 ? "closed by the server" : errno == 0 ? "cut off" : strerror(errno);
}

static bool must_wait(struct load *load, const struct attempt *attempt, int result)
{
    const int what = SSL_get_error(attempt->ssl, result);
    struct epoll_event event = { .data.ptr = (void *)(uintptr_t)attempt };

    if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE)
        return false;
    event.events = what == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT;
    (void)epoll_ctl(load->poll_fd, EPOLL_CTL_MOD, attempt->fd, &event);
    return true;
}

static void note_serial(struct attempt *attempt)
{
    X509 *cert = SSL_get1_peer_certificate(attempt->ssl);
    BIGNUM *number = cert == NULL ? NULL : ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *hex = number == NULL ? NULL : BN_bn2hex(number);

    (void)snprintf(attempt->serial, sizeof(attempt->serial), "%s", hex == NULL ? "" : hex);
    OPENSSL_free(hex);
    BN_free(number);
    X509_free(cert);
}

/* As far as it goes now. */
static void go_on(struct load *load, struct attempt *attempt)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    char answer[512];
    int result;

    ERR_clear_error();
    errno = 0;
    if (!attempt->is_up) {
        result = SSL_connect(attempt->ssl);
        if (result != 1) {
            if (!must_wait(load, attempt, result))
                finish(load, attempt, describe_failure(attempt->ssl, result));
            return;
        }
        attempt->is_up = true;
        note_serial(attempt);
    }
    if (!attempt->is_sent) {
        result = SSL_write(attempt->ssl, request, (int)strlen(request));
        if (result <= 0) {
            if (!must_wait(load, attempt, result))
                finish(load, attempt, describe_failure(attempt->ssl, result));
            return;
        }
        attempt->is_sent = true;
    }
    result = SSL_read(attempt->ssl, answer, (int)sizeof(answer));
    if (result > 0)
        finish(load, attempt, NULL);
    else if (!must_wait(load, attempt, result))
        finish(load, attempt, describe_failure(attempt->ssl, result));
}

static int64_t clock_offset(const struct load *load)
{
    char text[32] = "0";

    if (load->clock_file == NULL)
        return 0;
    FILE *file = fopen(load->clock_file, "re");
    if (file != NULL) {
        if (fgets(text, sizeof(text), file) == NULL)
            text[0] = '0';
        (void)fclose(file);
    }
    return strtoll(text, NULL, 10);
}

static void set_up_tls(struct load *load, struct attempt *attempt)
{
    X509_VERIFY_PARAM *how = SSL_get0_param(attempt->ssl);

    (void)X509_VERIFY_PARAM_set1_host(how, load->name, 0);
    X509_VERIFY_PARAM_set_time(how, time(NULL) + clock_offset(load));
    (void)SSL_set_tlsext_host_name(attempt->ssl, load->name);
    (void)SSL_set_fd(attempt->ssl, attempt->fd);
}

static void begin(struct load *load)
{
    struct attempt *attempt = load->attempts;
    struct epoll_event event = { .events = EPOLLOUT };
    static const int yes = 1;

    while (attempt->fd != -1)
        attempt++;
    *attempt = (struct attempt){ .begun_us = now_us() };
    attempt->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    attempt->ssl = SSL_new(load->context);
    if (attempt->fd == -1 || attempt->ssl == NULL) {
        (void)fprintf(stderr, "tls_load: %s\n", strerror(errno));
        exit(2);
    }
    (void)setsockopt(attempt->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    load->made++;
    load->open++;
    set_up_tls(load, attempt);
    event.data.ptr = attempt;
    (void)epoll_ctl(load->poll_fd, EPOLL_CTL_ADD, attempt->fd, &event);
    if (connect(attempt->fd, (const struct sockaddr *)&load->address, sizeof(load->address)) ==
            -1 &&
        errno != EINPROGRESS)
        finish(load, attempt, strerror(errno));
}

/* --- all of them ------------------------------------------------------------------------------
 */

static void give_up_on_old_ones(struct load *load, int64_t now)
{
    for (size_t i = 0; i < MAX_OPEN; i++)
        if (load->attempts[i].fd != -1 && now - load->attempts[i].begun_us > PATIENCE_US)
            finish(load, &load->attempts[i], "no answer");
}

/* The next one's time; as many as are due begin, so that the rate is kept over a pause of ours. */
static int64_t begin_those_due(struct load *load, int64_t now)
{
    const double each_us = 1e6 / load->rate;
    int64_t next = load->begun_us + (int64_t)((double)load->made * each_us);

    while (next <= now && load->open < MAX_OPEN) {
        begin(load);
        next = load->begun_us + (int64_t)((double)load->made * each_us);
    }
    return next;
}

static void run(struct load *load)
{
    struct epoll_event events[64];

    load->begun_us = load->last_success_us = now_us();
    for (;;) {
        const bool done = told_to_stop != 0 && load->made >= load->at_least;
        int64_t now = now_us();
        int64_t next = now + 50000;
        if (done && load->open == 0)
            return;
        if (!done)
            next = begin_those_due(load, now);
        now = now_us();
        const int wait_ms = next > now ? (int)((next - now) / 1000 + 1) : 0;
        const int ready = epoll_wait(load->poll_fd, events, 64, wait_ms > 50 ? 50 : wait_ms);
        for (int i = 0; i < ready; i++)
            go_on(load, events[i].data.ptr);
        give_up_on_old_ones(load, now_us());
    }
}

static void report(const struct load *load)
{
    (void)printf("handshakes %lu\nfailures %lu\nseconds %.1f\ngap_ms %" PRId64 "\n", load->made,
                 load->failed, (double)(load->last_success_us - load->begun_us) / 1e6,
                 load->gap_us / 1000);
    for (size_t i = 0; i < MAX_SERIALS && load->serials[i].count != 0; i++)
        (void)printf("serial %s %" PRId64 " %lu\n", load->serials[i].text,
                     load->serials[i].first_ms, load->serials[i].count);
    for (size_t i = 0; i < MAX_ERRORS && load->errors[i].count != 0; i++)
        (void)printf("error %lu %s\n", load->errors[i].count, load->errors[i].text);
}

static bool set_up(struct load *load, char **argv)
{
    load->address.sin_family = AF_INET;
    load->address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    load->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load->name = argv[2];
    load->rate = strtod(argv[4], NULL);
    load->at_least = strtoul(argv[5], NULL, 10);
    load->log = fopen(argv[6], "we");
    load->clock_file = argv[7];
    load->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->context = SSL_CTX_new(TLS_client_method());
    for (size_t i = 0; i < MAX_OPEN; i++)
        load->attempts[i].fd = -1;
    if (load->rate < 1 || load->log == NULL || load->poll_fd == -1 || load->context == NULL)
        return false;
    SSL_CTX_set_verify(load->context, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_session_cache_mode(load->context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_load_verify_locations(load->context, argv[3], NULL) == 1;
}

int main(int argc, char **argv)
{
    static struct load load;

    if (argc != 7 && argc != 8) {
        (void)fprintf(stderr, "usage: tls_load PORT NAME CA-FILE RATE AT-LEAST LOG [CLOCK-FILE]\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, stop);
    (void)signal(SIGINT, stop);
    if (!set_up(&load, argv)) {
        (void)fprintf(stderr, "tls_load: it cannot be set up: %s\n", argv[3]);
        return 2;
    }
    run(&load);
    report(&load);
    SSL_CTX_free(load.context);
    (void)fclose(load.log);
    (void)close(load.poll_fd);
    return load.failed == 0 ? 0 : 1;
}
