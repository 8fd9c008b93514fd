#!/usr/bin/env python3
"""Writes tests/unit/test_aws_sigv4_vectors.h: what AWS's own client library signs, for requests that its test suite leaves out.

    /usr/bin/python3 tests/support/sigv4_vectors.py > tests/unit/test_aws_sigv4_vectors.h

Needs botocore, of the Debian package awscli (which carries it inside) or of its own.
"""

import datetime
import json
import sys

try:
    import awscli.botocore.session  # noqa: F401  (makes the botocore inside known as botocore)
except ImportError:
    pass
from botocore import auth, awsrequest, credentials

NOW = datetime.datetime(2026, 11, 24, 9, 8, 7)
CSC = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Acode-signing-config%3Acsc-0123456789abcdef0"
LAMBDA = "https://lambda.us-east-1.amazonaws.com"
ROWS = [
    ("an ARN in the path", "GET", f"{LAMBDA}/2020-04-22/code-signing-configs/{CSC}", "lambda", "", {}),
    ("a marker with all three characters", "GET",
     f"{LAMBDA}/2020-04-22/code-signing-configs/{CSC}/functions?Marker=a%2Bb%2Fc%3D%3D&MaxItems=50", "lambda", "", {}),
    ("an ARN in the query", "GET",
     f"{LAMBDA}/2018-10-31/layers?find=LayerVersion&Arn=arn%3Aaws%3Alambda%3Aeu-west-1%3A901920570463%3Alayer%3Aadot%3A7", "lambda",
     "", {}),
    ("a port", "GET", "https://localhost:8443/signing-jobs/0e4d5b7c-0000-4b1a-9c3d-000000000001", "signer", "", {}),
    ("the port that https has anyway", "GET", "https://localhost:443/signing-jobs/1", "signer", "", {}),
    ("a base path", "GET", "https://proxy.example:444/aws/lambda/2015-03-31/functions/f?Qualifier=%24LATEST", "lambda", "", {}),
    ("an owner", "GET", "https://signer.eu-west-1.amazonaws.com/signing-profiles/Release?profileOwner=464622532012", "signer", "", {}),
    ("a token", "GET", "https://signer.us-east-1.amazonaws.com/signing-profiles/Release", "signer", "FwoGZXIvYXdzEXAMPLE//token==", {}),
    ("a body", "POST", "https://sts.us-east-1.amazonaws.com/", "sts", "", {"Content-Type": "application/x-www-form-urlencoded"},
     "Action=GetCallerIdentity&Version=2011-06-15"),
    ("an S3 key with everything", "GET",
     "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c%2Bd%3De%2Ff/%C3%A9~_-.zip?versionId=3sL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY", "s3",
     "token", {}),
    ("an S3 key with dots and empty names", "GET", "https://s3.us-east-1.amazonaws.com/bucket//a/../b/./c", "s3", "", {}),
    ("an S3 owner", "GET", "https://bucket.s3.us-east-1.amazonaws.com/f.zip", "s3", "",
     {"x-amz-expected-bucket-owner": "123456789012", "x-amz-checksum-mode": "ENABLED"}),
]


class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return cls(*NOW.timetuple()[:6])


def sign(method, url, service, token, headers, body=""):
    keys = credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token or None)
    request = awsrequest.AWSRequest(method, url, headers=headers, data=body.encode())
    kind = auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth
    kind(keys, service, "us-east-1").add_auth(request)
    return request.headers["Authorization"]


def main():
    auth.datetime.datetime = Clock
    print("/* Made by tests/support/sigv4_vectors.py: what botocore signs at 2026-11-24T09:08:07Z in us-east-1. */")
    print("static const struct vector vectors[] = {")
    for row in ROWS:
        name, method, url, service, token, headers, *body = row
        pairs = [f"{{{json.dumps(key)}, {json.dumps(value)}}}" for key, value in headers.items()]
        print(f"    {{{json.dumps(name)},\n     {json.dumps(method)},\n     {json.dumps(url)},\n     {json.dumps(service)},\n"
              f"     {json.dumps(token) if token else 'NULL'},\n     {json.dumps(body[0] if body else '')},\n"
              f"     {{{', '.join(pairs) or '{NULL, NULL}'}}},\n     {json.dumps(sign(*row[1:]))}}},")
    print("};")
    return 0


if __name__ == "__main__":
    sys.exit(main())
