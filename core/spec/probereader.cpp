// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/probereader.h"

#include "protocol/keys.h"
#include "spec/listenaddress.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumUrlLength = 2048;

QString listOf(const QStringList &modes)
{
    QStringList words;
    for (const QString &mode : modes)
        words.append(quoted(mode));
    if (words.size() == 1)
        return u"the mode "_s + words.first();
    const QString last = words.takeLast();
    return u"the modes %1 and %2"_s.arg(words.join(u", "_s), last);
}

/// What is wrong with \a text as the URL of a probe, as the end of a sentence about it.
std::optional<QString> urlFault(const QString &text)
{
    if (text.size() > maximumUrlLength)
        return u"is longer than %1 characters"_s.arg(maximumUrlLength);
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != "http"_L1 || url.host().isEmpty())
        return u"must be \"http://host:port/path\""_s;
    if (url.port(80) == 0)
        return u"must have a port other than 0"_s;
    if (!url.userInfo().isEmpty() || url.hasFragment())
        return u"must have neither a user nor a fragment"_s;
    return std::nullopt;
}

} // namespace

void checkKeysOfModes(
    const ObjectReader &reader, const QString &mode, const QList<KeyOfModes> &table)
{
    const QString name = quoted(mode);
    for (const KeyOfModes &it : table) {
        const bool belongs = it.modes.contains(mode);
        if (reader.has(it.key) && !belongs)
            reader.complainOf(it.key, u"belongs to %1, not to %2"_s.arg(listOf(it.modes), name));
        else if (it.required && belongs && !reader.has(it.key))
            reader.complain(u"must have %1 for the mode %2"_s.arg(quoted(it.key), name));
    }
}

QString readProbeAddress(const ObjectReader &reader, const Surroundings &surroundings)
{
    const auto text = reader.text(keys::address);
    if (!text)
        return {};
    const auto parsed = parseListenAddress(*text, surroundings.directory);
    if (const auto *fault = std::get_if<QString>(&parsed)) {
        reader.complainOf(keys::address, u"%1 %2"_s.arg(quoted(*text), *fault));
        return {};
    }
    const auto &address = std::get<ListenAddress>(parsed);
    if (address.path.isEmpty() && address.port == 0)
        reader.complainOf(keys::address, u"%1 must have a port other than 0"_s.arg(quoted(*text)));
    return address.toString();
}

QString readProbeUrl(const ObjectReader &reader)
{
    const auto text = reader.text(keys::url);
    if (!text)
        return {};
    if (const auto fault = urlFault(*text))
        reader.complainOf(keys::url, u"%1 %2"_s.arg(quoted(*text), *fault));
    return *text;
}

} // namespace semper
