// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

namespace semper::test {

/// An authority that nobody believes unless told to; its own key is lost.
inline const QByteArray testAuthority = R"(-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVTZW1wZXIg
dGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBa
MCAxHjAcBgNVBAMMFVNlbXBlciB0ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABMukQrUNz78lmNjFA/kta+8dIbmlZFka+NhsYrATWz7pnJPk
YNIUYcjHeYpofYp8Xt1k2+pmBJmWlb5FOypYfc6jQjBAMA8GA1UdEwEB/wQFMAMB
Af8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBRTxoP2PowWQ6tLRaG79gVVBzAc
EzAKBggqhkjOPQQDAgNIADBFAiBpoDgtTLGxFeNf61uPOrORoRDhNAZjTOlzTmg1
3BBbVgIhAMLVFrL3XDDa9Vtc3IwJruN8qI9IPzLD0PhnyezeVLpc
-----END CERTIFICATE-----
)";

/// Of "localhost", and not of 127.0.0.1, until the year 2120.
inline const QByteArray testCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIBAjAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVTZW1wZXIg
dGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBa
MBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BCbxrKyuWYtu6xo+TwZylOUp1nxQ2zeKKYJ2FV7/Z/nY6r4w8L2uFKGmbOHfR1sV
DH4+5Wd3e9JO2uMSd5i6X66jeDB2MAkGA1UdEwQCMAAwEwYDVR0lBAwwCgYIKwYB
BQUHAwEwFAYDVR0RBA0wC4IJbG9jYWxob3N0MB0GA1UdDgQWBBS1t1+tlzslsBCg
dQjHPTBVQoQLGzAfBgNVHSMEGDAWgBRTxoP2PowWQ6tLRaG79gVVBzAcEzAKBggq
hkjOPQQDAgNIADBFAiBwUO+n83r3XKxUR/BhqAdWPkXsbrzoTudg6ZnanqqwDwIh
AIeK8UKQRbEz3t0XVZeLpW5a1Bm2++jeESssVtofD1ie
-----END CERTIFICATE-----
)";

/// Known to everybody: good for tests and nothing else.
inline const QByteArray testKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCzq7fHH5rWTmj3Q/
WbAF7qpYXBPmsMH90aw/krEQCkWhRANCAAQm8aysrlmLbusaPk8GcpTlKdZ8UNs3
iimCdhVe/2f52Oq+MPC9rhShpmzh30dbFQx+PuVnd3vSTtrjEneYul+u
-----END PRIVATE KEY-----
)";

/// What a server of a test encrypts with.
[[nodiscard]] inline QSslConfiguration testTls()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate(testCertificate));
    configuration.setPrivateKey(QSslKey(testKey, QSsl::Ec));
    return configuration;
}

} // namespace semper::test
