// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/listenaddress.h"

#include "protocol/socketpath.h"

#include <QDir>
#include <QHostAddress>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr QLatin1StringView unixPrefix{"unix:"};

std::variant<ListenAddress, QString> parseUnixPath(const QString &path, const QString &directory)
{
    if (path.isEmpty() || path.contains(QChar(0)))
        return u"must name a path after \"unix:\""_s;
    const QString absolute = QDir::cleanPath(QDir(directory).absoluteFilePath(path));
    if (absolute.toUtf8().size() > maximumSocketPathBytes)
        return u"has a path of %1 bytes; a socket's path may have %2"_s
            .arg(absolute.toUtf8().size())
            .arg(maximumSocketPathBytes);
    return ListenAddress{.host = {}, .port = 0, .path = absolute};
}

bool isIpv4(const QString &text)
{
    static const QRegularExpression form(u"^\\d{1,3}(\\.\\d{1,3}){3}$"_s);
    return form.match(text).hasMatch()
        && QHostAddress(text).protocol() == QAbstractSocket::IPv4Protocol;
}

bool isHostName(const QString &text)
{
    static const QRegularExpression form(u"^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
                                         "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"_s);
    static const QRegularExpression digitsAndDots(u"^[0-9.]+$"_s);
    return form.match(text).hasMatch() && !digitsAndDots.match(text).hasMatch();
}

/// Equal for hosts that name the same address without asking a resolver.
QHostAddress literal(const QString &host)
{
    return QHostAddress(host == "localhost"_L1 ? u"127.0.0.1"_s : host);
}

} // namespace

QString ListenAddress::toString() const
{
    if (!path.isEmpty())
        return unixPrefix + path;
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

std::variant<ListenAddress, QString> parseListenAddress(
    const QString &text, const QString &directory)
{
    if (text.startsWith(unixPrefix))
        return parseUnixPath(text.sliced(unixPrefix.size()), directory);

    static const QRegularExpression form(
        u"^(?:\\[(?<v6>[^\\]]*)\\]|(?<host>[^:\\[\\]]*)):(?<port>[0-9]+)$"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return u"must be \"host:port\", \"[v6]:port\" or \"unix:PATH\""_s;
    const QString v6 = match.captured(u"v6"_s);
    const QString host = match.captured(u"host"_s);
    if (!v6.isEmpty() && QHostAddress(v6).protocol() != QAbstractSocket::IPv6Protocol)
        return u"has no IPv6 address in its brackets"_s;
    if (v6.isEmpty() && host.isEmpty())
        return u"must name a host; 0.0.0.0 or [::] stand for every address of this one"_s;
    if (v6.isEmpty() && !isIpv4(host) && !isHostName(host))
        return u"has a host that is neither an IPv4 address nor a name"_s;
    bool fits = false;
    const quint16 port = match.captured(u"port"_s).toUShort(&fits);
    if (!fits)
        return u"must have a port from 0 to 65535"_s;
    return ListenAddress{.host = v6.isEmpty() ? host : v6, .port = port, .path = {}};
}

bool overlap(const ListenAddress &one, const ListenAddress &other)
{
    if (!one.path.isEmpty() || !other.path.isEmpty())
        return one.path == other.path;
    if (one.port != other.port || one.port == 0)
        return false;
    if (one.host.compare(other.host, Qt::CaseInsensitive) == 0)
        return true;
    const QHostAddress a = literal(one.host);
    const QHostAddress b = literal(other.host);
    if (a.isNull() || b.isNull() || a.protocol() != b.protocol())
        return false;
    const auto isEvery = [](const QHostAddress &address) {
        return address == QHostAddress(QHostAddress::AnyIPv4)
            || address == QHostAddress(QHostAddress::AnyIPv6);
    };
    return a == b || isEvery(a) || isEvery(b);
}

} // namespace semper
