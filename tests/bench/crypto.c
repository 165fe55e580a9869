/* What cannot be had cheaper, with OpenSSL alone, for the benches: a certificate request that is
 * read and verified, a certificate that is made and signed, and a key that is generated.
 *
 *     crypto       lines of a bench; microseconds
 *     crypto KEY   for the keys "EC P-256" or "RSA 2048": a verification and a signature together
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS      201
#define SLOW_RUNS 21 /* of key generation: 60 ms and more for RSA */

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "crypto: %s failed\n", what);
    exit(1);
}

static double cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* One kind of key, with a request that stands in PEM, as it comes. */
struct bench {
    const char *name;
    bool is_rsa;
    EVP_PKEY *key;
    char *pem;
    int pem_len;
};

static EVP_PKEY *generate(const struct bench *bench)
{
    EVP_PKEY *key = bench->is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");

    if (key == NULL)
        die("key generation");
    return key;
}

static void do_generate(const struct bench *bench)
{
    EVP_PKEY_free(generate(bench));
}

static void do_verify(const struct bench *bench)
{
    BIO *from = BIO_new_mem_buf(bench->pem, bench->pem_len);
    X509_REQ *request = from == NULL ? NULL : PEM_read_bio_X509_REQ(from, NULL, NULL, NULL);

    if (request == NULL || X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) != 1)
        die("verification");
    X509_REQ_free(request);
    BIO_free(from);
}

static void do_sign(const struct bench *bench)
{
    X509 *certificate = X509_new();
    BIO *to = BIO_new(BIO_s_mem());

    if (certificate == NULL || to == NULL || X509_set_pubkey(certificate, bench->key) != 1 ||
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0) == NULL ||
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400) == NULL ||
        X509_sign(certificate, bench->key, EVP_sha256()) == 0 ||
        PEM_write_bio_X509(to, certificate) != 1)
        die("signing");
    BIO_free(to);
    X509_free(certificate);
}

static void make_request(struct bench *bench)
{
    X509_REQ *request = X509_REQ_new();
    BIO *to = BIO_new(BIO_s_mem());
    char *text;

    if (request == NULL || to == NULL || X509_REQ_set_pubkey(request, bench->key) != 1 ||
        X509_REQ_sign(request, bench->key, EVP_sha256()) == 0 ||
        PEM_write_bio_X509_REQ(to, request) != 1)
        die("a request");
    bench->pem_len = (int)BIO_get_mem_data(to, &text);
    bench->pem = malloc((size_t)bench->pem_len);
    if (bench->pem == NULL)
        die("memory");
    memcpy(bench->pem, text, (size_t)bench->pem_len);
    BIO_free(to);
    X509_REQ_free(request);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorted times of each run. */
static void measure(const struct bench *bench, void (*act)(const struct bench *bench), int runs,
                    double times[RUNS])
{
    for (int i = 0; i < runs; i++) {
        const double from = cpu_us();
        act(bench);
        times[i] = cpu_us() - from;
    }
    qsort(times, (size_t)runs, sizeof(*times), compare);
}

static void report(const struct bench *bench, const char *what,
                   void (*act)(const struct bench *bench), int runs)
{
    double times[RUNS];

    measure(bench, act, runs, times);
    (void)printf("OpenSSL alone, %s: %s\tus\t%.0f\t%.0f\t-\t-\n", bench->name, what, times[0],
                 times[runs / 2]);
}

int main(int argc, char **argv)
{
    struct bench benches[] = { { .name = "EC P-256" }, { .name = "RSA 2048", .is_rsa = true } };
    double verify[RUNS];
    double sign[RUNS];

    for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
        struct bench *bench = &benches[i];
        if (argc > 1 && strcmp(argv[1], bench->name) != 0)
            continue;
        bench->key = generate(bench);
        make_request(bench);
        if (argc > 1) {
            measure(bench, do_verify, RUNS, verify);
            measure(bench, do_sign, RUNS, sign);
            (void)printf("%.0f\n", verify[RUNS / 2] + sign[RUNS / 2]);
        } else {
            report(bench, "a request read and verified", do_verify, RUNS);
            report(bench, "a certificate made and signed", do_sign, RUNS);
            report(bench, "a key generated", do_generate, SLOW_RUNS);
        }
        EVP_PKEY_free(bench->key);
        free(bench->pem);
    }
    return 0;
}
