/* Made by tests/support/sigv4_vectors.py: what botocore signs at 2026-11-24T09:08:07Z in us-east-1. */
static const struct vector vectors[] = {
    {"an ARN in the path",
     "GET",
     "https://lambda.us-east-1.amazonaws.com/2020-04-22/code-signing-configs/"
     "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Acode-signing-config%3Acsc-0123456789abcdef0",
     "lambda",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=9f83c094fe9638b6a49d9513e312c9e80d79062c649f8c142cebe3abf68f9b73"},
    {"a marker with all three characters",
     "GET",
     "https://lambda.us-east-1.amazonaws.com/2020-04-22/code-signing-configs/"
     "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Acode-signing-config%3Acsc-0123456789abcdef0/"
     "functions?Marker=a%2Bb%2Fc%3D%3D&MaxItems=50",
     "lambda",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=f1da8342e708993868b990c6d35acf302977b265181a9ded278090d2c3d73831"},
    {"an ARN in the query",
     "GET",
     "https://lambda.us-east-1.amazonaws.com/2018-10-31/"
     "layers?find=LayerVersion&Arn=arn%3Aaws%3Alambda%3Aeu-west-1%3A901920570463%3Alayer%3Aadot%3A7",
     "lambda",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=3cac9dc57031bc9b1b5b6e12afec8dd6f24dd331d8d07cc0828e46b9d92f7e39"},
    {"a port",
     "GET",
     "https://localhost:8443/signing-jobs/0e4d5b7c-0000-4b1a-9c3d-000000000001",
     "signer",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/signer/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=841822dfa78a4308d9209ff209a7efe682beb46834fdc6714363bbc0f36752b9"},
    {"the port that https has anyway",
     "GET",
     "https://localhost:443/signing-jobs/1",
     "signer",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/signer/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=99726f748ae8e6a40c990b20d5881a01ff9bc735a99138291ccf4e9bb93b76f7"},
    {"a base path",
     "GET",
     "https://proxy.example:444/aws/lambda/2015-03-31/functions/f?Qualifier=%24LATEST",
     "lambda",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=92b488ae68e66f9744254d6ad2fa360667899f038a019e399b9b831ab916e3ab"},
    {"an owner",
     "GET",
     "https://signer.eu-west-1.amazonaws.com/signing-profiles/Release?profileOwner=464622532012",
     "signer",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/signer/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=d8e909fa317df9f18687d9efeb79ac3194817a803e37cd67459381b4b22d3d29"},
    {"a token",
     "GET",
     "https://signer.us-east-1.amazonaws.com/signing-profiles/Release",
     "signer",
     "FwoGZXIvYXdzEXAMPLE//token==",
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/signer/aws4_request, "
     "SignedHeaders=host;x-amz-date;x-amz-security-token, "
     "Signature=503cd07fef3c0d7c16d1ded8154f0e904ffe20cb172f96345312a3427456acee"},
    {"a body",
     "POST",
     "https://sts.us-east-1.amazonaws.com/",
     "sts",
     NULL,
     "Action=GetCallerIdentity&Version=2011-06-15",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/sts/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date, "
     "Signature=ad18def16657e5f96096920e4a10e9c6cb351a203ae35a06d3e50fa7cbbd52d3"},
    {"an S3 key with everything",
     "GET",
     "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c%2Bd%3De%2Ff/"
     "%C3%A9~_-.zip?versionId=3sL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY",
     "s3",
     "token",
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
     "Signature=6a159db0c27ffa9df3c770666b48809dc872723581f6640929c58b1bc1d10eb3"},
    {"an S3 key with dots and empty names",
     "GET",
     "https://s3.us-east-1.amazonaws.com/bucket//a/../b/./c",
     "s3",
     NULL,
     "",
     {{NULL, NULL}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
     "Signature=d0b8808f5228cf204c12909560996231079b54eab85699b8c4243fe6e982c42f"},
    {"an S3 owner",
     "GET",
     "https://bucket.s3.us-east-1.amazonaws.com/f.zip",
     "s3",
     NULL,
     "",
     {{"x-amz-expected-bucket-owner", "123456789012"}, {"x-amz-checksum-mode", "ENABLED"}},
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner, "
     "Signature=6a1144f9bf12905ca716918859fabf4a1df3dedc0ec5cd4b46c26f915fc9f3bb"},
};
