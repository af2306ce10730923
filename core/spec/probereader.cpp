// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/probereader.h"

#include "protocol/keys.h"
#include "spec/listenaddress.h"
#include "spec/probeurl.h"

#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumPatternLength = 1024;
constexpr qsizetype maximumHeaderLength = 4096;
constexpr qsizetype mostHeaders = 64;

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

bool isToken(const QString &text)
{
    static const QRegularExpression form(u"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"_s);
    return text.size() <= maximumHeaderLength && form.match(text).hasMatch();
}

/// What is wrong with a header, as the end of a sentence; never with its value in it, which may be
/// a secret.
std::optional<QString> headerFault(const QString &name, const QString &value)
{
    static const QStringList ownHeaders{u"connection"_s, u"content-length"_s, u"expect"_s, u"te"_s,
        u"trailer"_s, u"transfer-encoding"_s, u"upgrade"_s};
    if (!isToken(name))
        return u"is no name of a header"_s;
    if (ownHeaders.contains(name.toLower()))
        return u"is set by the probe itself"_s;
    const bool isPrintable = std::ranges::all_of(
        value, [](QChar c) { return c == u'\t' || (c >= u' ' && c != QChar(0x7f)); });
    if (!isPrintable || value != value.trimmed())
        return u"must not contain line ends or other controls, nor begin or end with a blank"_s;
    if (value.size() > maximumHeaderLength)
        return u"is longer than %1 characters"_s.arg(maximumHeaderLength);
    return std::nullopt;
}

void readHeaders(const ObjectReader &reader, HttpProbeSpec &spec)
{
    const auto json = reader.object(keys::headers);
    if (!json)
        return;
    const ObjectReader each(*json, reader.at(keys::headers), reader.errors());
    QSet<QString> names;
    for (const QString &name : each.keys()) {
        const auto value = each.text(name, true);
        if (!value)
            continue;
        if (const auto fault = headerFault(name, *value))
            each.complainOf(name, *fault);
        else if (names.contains(name.toLower()))
            each.complainOf(name, u"is there already, in other letters"_s);
        names.insert(name.toLower());
        spec.headers.insert(name, *value);
    }
    if (names.size() > mostHeaders)
        reader.complainOf(keys::headers, u"has more than %1 headers"_s.arg(mostHeaders));
}

/// A code, or a list of them.
void readExpectedStatus(const ObjectReader &reader, HttpProbeSpec &spec)
{
    if (!reader.has(keys::expectedStatus))
        return;
    const QJsonValue value = reader.value(keys::expectedStatus);
    const QJsonArray codes = value.isArray() ? value.toArray() : QJsonArray{value};
    if (codes.isEmpty())
        reader.complainOf(keys::expectedStatus, u"must not be empty"_s);
    for (const QJsonValue &code : codes) {
        if (const double number = code.toDouble(-1);
            number >= 200 && number <= 599 && number == std::floor(number))
            spec.expectedStatus.append(int(number));
        else
            reader.complainOf(keys::expectedStatus,
                u"must be status codes from 200 to 599, not %1"_s.arg(described(code)));
    }
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

QString readProbeUrl(const ObjectReader &reader, const Surroundings &surroundings)
{
    const auto text = reader.text(keys::url);
    if (!text)
        return {};
    const auto parsed = parseProbeUrl(*text, surroundings.directory);
    if (const auto *fault = std::get_if<QString>(&parsed)) {
        reader.complainOf(keys::url, u"%1 %2"_s.arg(quoted(*text), *fault));
        return *text;
    }
    const auto &url = std::get<ProbeUrl>(parsed);
    return url.path.isEmpty() ? *text
                              : u"unix:%1:%2"_s.arg(url.path, QString::fromLatin1(url.target));
}

HttpProbeSpec readHttpProbe(const ObjectReader &reader)
{
    HttpProbeSpec spec;
    readHeaders(reader, spec);
    readExpectedStatus(reader, spec);
    spec.expectedBody = readPattern(reader, keys::expectedBody);
    spec.verifyCertificate = reader.boolean(keys::verifyCertificate);
    return spec;
}

QString readPattern(const ObjectReader &reader, const QString &key)
{
    const auto text = reader.text(key);
    if (!text)
        return {};
    const QRegularExpression expression(*text);
    if (text->size() > maximumPatternLength)
        reader.complainOf(key, u"is longer than %1 characters"_s.arg(maximumPatternLength));
    else if (!expression.isValid())
        reader.complainOf(key,
            u"%1 is no regular expression: %2 at character %3"_s.arg(quoted(*text),
                expression.errorString(), QString::number(expression.patternErrorOffset())));
    return *text;
}

} // namespace semper
