#include "crypto/anchors.h"

/* The root of the commercial AWS partition, as it stands in signatures of 2022 and 2024 (FORMAT.md section 4): C=US, O=AWS,
 * OU=Cryptography, ST=WA, CN=Signer us-west-2 ROOT CA, valid from 2020-07-16 to 2120-07-16. docs/verification.md says how
 * to check it against a package of one's own. */
const char sg_builtin_root_sha256[] = "410220a72bba4576767ba5941b694a9bddc40817f76957f6919fdac89a7849c7";
const char sg_builtin_root_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                   "MIICRDCCAcqgAwIBAgIRALAP6UoUaRkbgz38BprRG5swCgYIKoZIzj0EAwMwYjEL\n"
                                   "MAkGA1UEBhMCVVMxDDAKBgNVBAoMA0FXUzEVMBMGA1UECwwMQ3J5cHRvZ3JhcGh5\n"
                                   "MQswCQYDVQQIDAJXQTEhMB8GA1UEAwwYU2lnbmVyIHVzLXdlc3QtMiBST09UIENB\n"
                                   "MCAXDTIwMDcxNjE4MjE0N1oYDzIxMjAwNzE2MTkyMTQ3WjBiMQswCQYDVQQGEwJV\n"
                                   "UzEMMAoGA1UECgwDQVdTMRUwEwYDVQQLDAxDcnlwdG9ncmFwaHkxCzAJBgNVBAgM\n"
                                   "AldBMSEwHwYDVQQDDBhTaWduZXIgdXMtd2VzdC0yIFJPT1QgQ0EwdjAQBgcqhkjO\n"
                                   "PQIBBgUrgQQAIgNiAARlUdWWMHRVx1EczSLL9+auryItIDhbWbJE+UbsQMRcPmPB\n"
                                   "nTknehZx40n1FCMeFJEFQRa7VQSEYnwZJBwTQKhPaqnmooWMGs/JEP0vcr3D9ki6\n"
                                   "ZC9iy6/fTOUkM/Kjhe6jQjBAMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFHns\n"
                                   "aZ30sP0iN/svM0Y/QbEI9qFfMA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAwNo\n"
                                   "ADBlAjEA5nanIDSNdN6PtqQbW3Pf89B25uLoD71mHMzHiQha9138B+XALLfeG9U8\n"
                                   "OhZtUby8AjAevBIAX9zK8OmZKdsmaWXmAeTSylxPXtjkEQSRdIQ2WxqN0MuN70mM\n"
                                   "aC9pR1Uuoxw=\n"
                                   "-----END CERTIFICATE-----\n";
