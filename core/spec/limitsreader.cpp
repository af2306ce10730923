// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/limitsreader.h"

#include "protocol/keys.h"
#include "spec/resourcename.h"

#include <QRegularExpression>

#include <optional>

#include <sys/resource.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qint64 infinity = -1;

void readResourceLimits(const ObjectReader &reader, LimitsSpec &limits)
{
    const auto json = reader.object(keys::rlimits);
    if (!json)
        return;
    const ObjectReader each(
        *json, reader.at(keys::rlimits), configKeys(ConfigObject::Rlimits), reader.errors());
    for (const QString &name : each.keys()) {
        const auto resource = resourceFromName(name);
        if (!resource)
            continue; // complained of as a key
        if (json->value(name) == "infinity"_L1)
            limits.rlimits.insert(name, infinity);
        else if (const auto value
            = each.whole(name, 0, largestLimit(*resource), u"\"infinity\" or a whole number"_s))
            limits.rlimits.insert(name, *value);
    }
}

void readMask(const ObjectReader &reader, LimitsSpec &limits)
{
    static const QRegularExpression form(u"^0?[0-7]{1,3}$"_s);
    const auto text = reader.text(keys::umask);
    if (!text)
        return;
    if (form.match(*text).hasMatch())
        limits.umask = text->toInt(nullptr, 8);
    else
        reader.complainOf(
            keys::umask, u"%1 is no mask: octal, as in \"0027\""_s.arg(quoted(*text)));
}

/// A name or an id. Whether there is one is found out where the server runs.
void readAccount(const ObjectReader &reader, const QString &key, const Surroundings &surroundings,
    QString &account)
{
    static const QRegularExpression form(u"^[^\\s:/,=-][^\\s:/,=]{0,255}$"_s);
    const QString text = reader.text(key).value_or(QString());
    if (text.isEmpty())
        return;
    account = text;
    if (!form.match(text).hasMatch())
        reader.complainOf(key, u"%1 is neither a name nor an id"_s.arg(quoted(text)));
    else if (!surroundings.root)
        reader.complainOf(
            key, u"only a server that runs as root can run a process as somebody else"_s);
}

template <class Value>
void assign(std::optional<Value> &target, const std::optional<Value> &value)
{
    if (value)
        target = value;
}

} // namespace

void readLimits(const ObjectReader &reader, const Surroundings &surroundings, LimitsSpec &limits)
{
    assign(limits.memoryMaxBytes,
        reader.whole(
            keys::memoryMaxBytes, 1, largestLimit(RLIMIT_AS), u"a whole number of bytes"_s));
    assign(limits.cpuMaxRatio, reader.number(keys::cpuMaxRatio, 0.01, 10'000));
    assign(limits.maxAge, reader.duration(keys::maxAgeMs, 1ms));
    readResourceLimits(reader, limits);
    assign(limits.nice, reader.integer(keys::nice, -20, 19));
    readMask(reader, limits);
    readAccount(reader, keys::user, surroundings, limits.user);
    readAccount(reader, keys::runAsGroup, surroundings, limits.runAsGroup);
}

} // namespace semper
