// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/probeurl.h"

#include "spec/listenaddress.h"

#include <QHostAddress>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumUrlLength = 2048;
constexpr QLatin1StringView socketPrefix{"unix:"};

std::variant<ProbeUrl, QString> parseHostUrl(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool encrypted = url.scheme() == "https"_L1;
    if (!url.isValid() || url.host().isEmpty() || (!encrypted && url.scheme() != "http"_L1))
        return u"must be \"http://host:port/path\", \"https://host:port/path\" or "
               "\"unix:PATH:/path\""_s;
    const int port = url.port(encrypted ? 443 : 80);
    if (port == 0)
        return u"must have a port other than 0"_s;
    if (!url.userInfo().isEmpty() || url.hasFragment())
        return u"must have neither a user nor a fragment"_s;
    QByteArray target
        = url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::FullyEncoded);
    if (!target.startsWith('/'))
        target.prepend('/');
    const QByteArray authority
        = url.toEncoded(QUrl::RemoveScheme | QUrl::RemovePath | QUrl::RemoveQuery);
    return ProbeUrl{.encrypted = encrypted,
        .host = url.host(),
        .port = quint16(port),
        .authority = authority.sliced(2), // behind the slashes
        .target = target};
}

std::variant<ProbeUrl, QString> parseUnixUrl(const QString &text, const QString &directory)
{
    const qsizetype colon = text.indexOf(u":/"_s, socketPrefix.size());
    const QString socket = text.first(colon < 0 ? text.size() : colon);
    const QString target = colon < 0 ? u"/"_s : text.sliced(colon + 1);
    auto address = parseListenAddress(socket, directory);
    if (auto *fault = std::get_if<QString>(&address))
        return std::move(*fault);
    auto parsed = parseHostUrl(u"http://localhost"_s + target);
    if (auto *url = std::get_if<ProbeUrl>(&parsed)) {
        url->host.clear();
        url->port = 0;
        url->path = std::get<ListenAddress>(address).path;
    }
    return parsed;
}

} // namespace

bool ProbeUrl::isLocal() const
{
    return host.isEmpty() || host.compare("localhost"_L1, Qt::CaseInsensitive) == 0
        || QHostAddress(host).isLoopback();
}

std::variant<ProbeUrl, QString> parseProbeUrl(const QString &text, const QString &directory)
{
    if (text.size() > maximumUrlLength)
        return u"is longer than %1 characters"_s.arg(maximumUrlLength);
    return text.startsWith(socketPrefix) ? parseUnixUrl(text, directory) : parseHostUrl(text);
}

} // namespace semper
