// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSslConfiguration>

namespace semper {

/// Adds the certificates in \a pem to those that \a configuration believes. Throws
/// std::invalid_argument where there are none in it.
void addAuthorities(QSslConfiguration &configuration, const QByteArray &pem);

} // namespace semper
