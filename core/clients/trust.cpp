// SPDX-License-Identifier: LGPL-3.0-or-later
#include "trust.h"

#include <QSslCertificate>

#include <stdexcept>

namespace semper {

void addAuthorities(QSslConfiguration &configuration, const QByteArray &pem)
{
    const QList<QSslCertificate> certificates = QSslCertificate::fromData(pem);
    if (certificates.isEmpty())
        throw std::invalid_argument("there is no certificate in what is to be trusted");
    configuration.addCaCertificates(certificates);
}

} // namespace semper
