/* Where our requirer ends a scenario of requirer-scenarios.json otherwise than the library, on
 * purpose: how, and on what that rests. In words: differences.md. */
#ifndef TESTS_CONFORMANCE_REQUIRER_DIFFERENCES_H
#define TESTS_CONFORMANCE_REQUIRER_DIFFERENCES_H

#include <stdbool.h>

#define KEY       "LIBID-private-key-0-certificates unit - private-key=K\n"
#define CERT(exp) "LIBID-certificate-0-certificates-csrA unit " exp " certificate=cA csr=csrA\n"
#define AVAILABLE "available csrA cA root [cA root]\n"

/* What differs. NULL: as the library. */
struct difference {
    const char *name; /* of the scenario */
    const char *why;
    const char *unit; /* the databag, as render_bag says it */
    const char *app;
    const char *secrets;
    const char *events;
    const char *returns;
    bool is_second; /* the event comes twice, and the second counts: ours remembers the first */
};

#define NEW_BY_K "new ca=false a.example.com by K\n"
#define CSR_A    "csrA ca=false a.example.com by K\n"

static const struct difference differences[] = {
    { .name = "upgrade_charm is no trigger", .why = "REQ-067 D-28", .unit = NEW_BY_K },
    { .name = "update_status is no trigger", .why = "REQ-067 D-28", .unit = NEW_BY_K },
    { .name = "own databag has an unreadable CSR",
      .why = "REQ-077 D-02",
      .unit = CSR_A,
      .app = "",
      .secrets = KEY },
    { .name = "own CSR with CRLF line ends and another key",
      .why = "REQ-078 D-32",
      .unit = NEW_BY_K },
    { .name = "certificate known already", .why = "REQ-068 D-16", .events = "", .is_second = true },
    { .name = "one unreadable certificate beside ours",
      .why = "REQ-076 D-02",
      .unit = CSR_A,
      .app = "",
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE },
    { .name = "certificate already expired",
      .why = "REQ-075 D-19",
      .unit = NEW_BY_K,
      .secrets = KEY,
      .events = "" },
    { .name = "half of its life gone",
      .why = "REQ-074 D-18",
      .secrets = "LIBID-certificate-0-certificates-csrA unit 2026-02-24T12:00:00Z "
                 "certificate=cA50 csr=csrA\n" KEY },
    { .name = "revoked",
      .why = "REQ-071 D-17",
      .unit = NEW_BY_K,
      .events = "revoked csrA cA root [cA root]\n" },
    { .name = "revoked, no secret",
      .why = "REQ-071 D-17",
      .unit = NEW_BY_K,
      .events = "revoked csrA cA root [cA root]\n" },
    { .name = "denied and issued at once", .why = "recommended; 1.4", .events = AVAILABLE },
    { .name = "denial with an empty CSR",
      .why = "REQ-042 D-34",
      .unit = CSR_A,
      .app = "",
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE },
    { .name = "denial with the README key",
      .why = "WIRE-025 D-03",
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE },
    { .name = "secret expires",
      .why = "REQ-072 REQ-048 D-20",
      .unit = CSR_A NEW_BY_K,
      .secrets = CERT("2026-04-25T12:00:00Z") KEY,
      .events = AVAILABLE "renewing csrA cA root [cA root]\n" },
    { .name = "secret under the old label expires",
      .why = "REQ-072 REQ-048 D-20",
      .unit = CSR_A NEW_BY_K,
      .secrets = "LIBID-certificate-0-csrA unit 2026-04-25T12:00:00Z certificate=cA csr=csrA\n" KEY,
      .events = AVAILABLE "renewing csrA cA root [cA root]\n" },
    { .name = "secret of an earlier CSR expires",
      .why = "REQ-066: ours reconciles here, too",
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE },
    { .name = "a secret of the v3 library expires", .why = "UPG-018", .secrets = KEY },
    { .name = "secret without csr expires",
      .why = "D-24",
      .unit = CSR_A,
      .app = "",
      .secrets = KEY },
    { .name = "safety net, before the threshold",
      .why = "REQ-074 D-18",
      .unit = CSR_A NEW_BY_K,
      .secrets = "LIBID-certificate-0-certificates-csrA unit 2026-01-21T12:00:00Z "
                 "certificate=cA94 csr=csrA\n" KEY,
      .events = "available csrA cA94 root [cA94 root]\nrenewing csrA cA94 root [cA94 root]\n" },
    { .name = "safety net, after the threshold",
      .why = "REQ-072 D-20",
      .unit = CSR_A NEW_BY_K,
      .secrets = "LIBID-certificate-0-certificates-csrA unit 2026-01-19T12:00:00Z "
                 "certificate=cA96 csr=csrA\n" KEY,
      .events = "available csrA cA96 root [cA96 root]\nrenewing csrA cA96 root [cA96 root]\n" },
    { .name = "safety net does not see a certificate past its end",
      .why = "REQ-075 D-19",
      .unit = NEW_BY_K,
      .secrets = KEY,
      .events = "" },
    { .name = "APP, CSRs of UNIT mode in the unit databag", .why = "REQ-086", .unit = "" },
    { .name = "APP_AND_UNIT, not leader, application databag filled",
      .why = "REQ-080 D-21",
      .unit = CSR_A,
      .app = "csrApp ca=false app.example.com by K3\n",
      .secrets = KEY },
    { .name = "key secret holds no PEM",
      .why = "REQ-082 D-26",
      .unit = "new ca=false a.example.com by new key\n",
      .app = "",
      .secrets = "LIBID-private-key-0-certificates unit - private-key=new\n" },
    { .name = "key secret has another field",
      .why = "REQ-082 D-26",
      .unit = "new ca=false a.example.com by new key\n",
      .secrets = "LIBID-private-key-0-certificates unit - private-key=new\n" },
    { .name = "regenerate_private_key",
      .why = "REQ-073; REQ-074 D-18 for the expiry of the adopted secret",
      .unit = CSR_A "new ca=false a.example.com by new key\n",
      .secrets = CERT("2026-04-15T12:00:00Z") "LIBID-private-key-0-certificates unit - "
                                              "previous-private-key=K private-key=new\n",
      .events = AVAILABLE "renewing csrA cA root [cA root]\n" },
    { .name = "import_private_key without a key",
      .why = "REQ-083 D-27",
      .unit = "new ca=false a.example.com by K2\n",
      .secrets = "LIBID-private-key-0-certificates unit - private-key=K2\n" },
    { .name = "renew_certificate",
      .why = "REQ-072 D-20",
      .unit = CSR_A NEW_BY_K,
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE "renewing csrA cA root [cA root]\n" },
    { .name = "renew_certificate without its secret",
      .why = "recommended",
      .unit = CSR_A NEW_BY_K,
      .secrets = CERT("2026-04-15T12:00:00Z") KEY,
      .events = AVAILABLE "renewing csrA cA root [cA root]\n" },
    { .name = "assigned certificate, revoked: still handed out",
      .why = "REQ-071 D-17",
      .returns = "none" },
    { .name = "assigned certificate, expired: still handed out",
      .why = "REQ-075 D-19",
      .returns = "none" },
    { .name = "relation broken, secrets with older labels", .why = "REQ-085 D-25", .secrets = "" },
    { .name = "relation broken, another relation whose name begins with this one",
      .why = "REQ-085 D-25",
      .secrets = "LIBID-certificate-0-certificates-ext-csrB unit - certificate=cB csr=csrB\n"
                 "LIBID-private-key-0-certificates-ext unit - private-key=K2\n" },
    { .name = "two relations on the endpoint",
      .why = "REQ-087 D-29",
      .unit = CSR_A,
      .app = "",
      .secrets = KEY },
};

#endif
