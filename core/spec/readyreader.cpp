// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/readyreader.h"

#include "protocol/keys.h"
#include "spec/commandreader.h"
#include "spec/listenaddress.h"

#include <QRegularExpression>
#include <QUrl>

#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qsizetype maximumUrlLength = 2048;
constexpr qsizetype maximumPatternLength = 1024;
constexpr auto leastInterval = 50ms;

/// A key that not every mode has a use for.
struct KeyOfModes
{
    QString key;
    QList<ReadyMode> modes;
    bool required;
};

const std::array<KeyOfModes, 6> &keysOfModes()
{
    static const QList<ReadyMode> thatTryAgain{ReadyMode::Tcp, ReadyMode::Http, ReadyMode::Exec};
    static const std::array<KeyOfModes, 6> table{{
        {keys::address, {ReadyMode::Tcp}, true},
        {keys::url, {ReadyMode::Http}, true},
        {keys::command, {ReadyMode::Exec}, true},
        {keys::pattern, {ReadyMode::Log}, true},
        {keys::intervalMs, thatTryAgain, false},
        {keys::attemptTimeoutMs, thatTryAgain, false},
    }};
    return table;
}

QString listOf(const QList<ReadyMode> &modes)
{
    QStringList words;
    for (const ReadyMode mode : modes)
        words.append(quoted(readyModeName(mode)));
    if (words.size() == 1)
        return u"the mode "_s + words.first();
    const QString last = words.takeLast();
    return u"the modes %1 and %2"_s.arg(words.join(u", "_s), last);
}

void checkKeys(const ObjectReader &reader, ReadyMode mode)
{
    const QString name = quoted(readyModeName(mode));
    for (const KeyOfModes &it : keysOfModes()) {
        const bool belongs = it.modes.contains(mode);
        if (reader.has(it.key) && !belongs)
            reader.complainOf(it.key, u"belongs to %1, not to %2"_s.arg(listOf(it.modes), name));
        else if (it.required && belongs && !reader.has(it.key))
            reader.complain(u"must have %1 for the mode %2"_s.arg(quoted(it.key), name));
    }
}

void readAddress(const ObjectReader &reader, const Surroundings &surroundings, ReadySpec &spec)
{
    const auto text = reader.text(keys::address);
    if (!text)
        return;
    const auto parsed = parseListenAddress(*text, surroundings.directory);
    if (const auto *fault = std::get_if<QString>(&parsed)) {
        reader.complainOf(keys::address, u"%1 %2"_s.arg(quoted(*text), *fault));
        return;
    }
    const auto &address = std::get<ListenAddress>(parsed);
    if (address.path.isEmpty() && address.port == 0)
        reader.complainOf(keys::address, u"%1 must have a port other than 0"_s.arg(quoted(*text)));
    spec.address = address.toString();
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

void readUrl(const ObjectReader &reader, ReadySpec &spec)
{
    const auto text = reader.text(keys::url);
    if (!text)
        return;
    if (const auto fault = urlFault(*text))
        reader.complainOf(keys::url, u"%1 %2"_s.arg(quoted(*text), *fault));
    spec.url = *text;
}

void readPattern(const ObjectReader &reader, ReadySpec &spec)
{
    const auto text = reader.text(keys::pattern);
    if (!text)
        return;
    const QRegularExpression expression(*text);
    if (text->size() > maximumPatternLength)
        reader.complainOf(
            keys::pattern, u"is longer than %1 characters"_s.arg(maximumPatternLength));
    else if (!expression.isValid())
        reader.complainOf(keys::pattern,
            u"%1 is no regular expression: %2 at character %3"_s.arg(quoted(*text),
                expression.errorString(), QString::number(expression.patternErrorOffset())));
    spec.pattern = *text;
}

} // namespace

ReadySpec readReady(const ObjectReader &reader, const Surroundings &surroundings)
{
    ReadySpec spec;
    const auto mode = reader.word(keys::mode, u"mode"_s, readyModes());
    if (mode)
        spec.mode = ReadyMode(readyModes().known.indexOf(*mode));
    if (mode || !reader.has(keys::mode)) // else nobody knows which keys were meant
        checkKeys(reader, spec.mode);
    spec.timeout = reader.duration(keys::timeoutMs, 1ms).value_or(spec.timeout);
    readAddress(reader, surroundings, spec);
    readUrl(reader, spec);
    spec.command = readCommand(reader, surroundings).value_or(QStringList());
    readPattern(reader, spec);
    spec.interval = reader.duration(keys::intervalMs, leastInterval).value_or(spec.interval);
    spec.attemptTimeout
        = reader.duration(keys::attemptTimeoutMs, 1ms).value_or(spec.attemptTimeout);
    return spec;
}

} // namespace semper
