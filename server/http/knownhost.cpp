// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/knownhost.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QSysInfo>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Without port and brackets, in lower case; empty for what is no host.
QString hostName(const QByteArray &host)
{
    static const QRegularExpression form(
        u"\\A(?:\\[(?<v6>[0-9a-f:.]+)\\]|(?<name>[^:\\[\\]]+))(?::[0-9]{1,5})?\\z"_s);
    const auto match = form.match(QString::fromLatin1(host).toLower());
    return match.captured(u"v6"_s) + match.captured(u"name"_s);
}

bool isEveryAddress(const QString &host)
{
    const QHostAddress address(host);
    return address == QHostAddress(QHostAddress::AnyIPv4)
        || address == QHostAddress(QHostAddress::AnyIPv6);
}

} // namespace

bool isKnownHost(const QByteArray &host, const ListenAddress &address)
{
    if (!address.path.isEmpty())
        return true;
    const QString name = hostName(host);
    if (name.isEmpty())
        return false;
    if (name == "localhost"_L1 || name == "127.0.0.1"_L1 || name == "::1"_L1
        || name == address.host.toLower())
        return true;
    const QHostAddress literal(name);
    if (!literal.isNull() && literal == QHostAddress(address.host))
        return true;
    return isEveryAddress(address.host)
        && (!literal.isNull() || name == QSysInfo::machineHostName().toLower());
}

} // namespace semper
