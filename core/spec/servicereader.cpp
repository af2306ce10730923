// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/servicereader.h"

#include "protocol/keys.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int mostConnections = 1'000'000;
constexpr qint64 mostMessageBytes = 1024LL * 1024 * 1024;
constexpr qint64 mostQueueBytes = 16 * mostMessageBytes;

} // namespace

std::optional<TlsSpec> readTls(const ObjectReader &reader, const Surroundings &surroundings)
{
    const auto json = reader.object(keys::tls);
    if (!json)
        return std::nullopt;
    const ObjectReader tls(
        *json, reader.at(keys::tls), configKeys(ConfigObject::Tls), reader.errors());
    tls.require(keys::certificate);
    tls.require(keys::key);
    const auto path = [&tls, &surroundings](const QString &key) {
        const auto text = tls.text(key);
        return text ? surroundings.absolute(*text) : QString();
    };
    return TlsSpec{.certificate = path(keys::certificate),
        .key = path(keys::key),
        .clientCa = path(keys::clientCa)};
}

QString readFraming(const ObjectReader &reader, const QString &type)
{
    if (!reader.has(keys::framing))
        return {};
    const Vocabulary &words = framings(type);
    if (words.known.isEmpty() && !type.isEmpty())
        reader.complainOf(
            keys::framing, u"a service of type %1 has no framing"_s.arg(quoted(type)));
    if (words.known.isEmpty())
        return {};
    return reader.word(keys::framing, u"framing"_s, words).value_or(QString());
}

ServiceLimitsSpec readServiceLimits(const ObjectReader &reader)
{
    const auto json = reader.object(keys::limits);
    if (!json)
        return {};
    const ObjectReader limits(
        *json, reader.at(keys::limits), configKeys(ConfigObject::ServiceLimits), reader.errors());
    const auto bytes = u"a whole number of bytes"_s;
    return {.connections = limits.integer(keys::connections, 1, mostConnections),
        .messageMaxBytes = limits.whole(keys::messageMaxBytes, 1, mostMessageBytes, bytes),
        .idleTimeout = limits.duration(keys::idleTimeoutMs, 0ms),
        .writeStall = limits.duration(keys::writeStallMs, 1ms),
        .handshakeTimeout = limits.duration(keys::handshakeTimeoutMs, 1ms),
        .queueMaxBytes = limits.whole(keys::queueMaxBytes, 1, mostQueueBytes, bytes)};
}

} // namespace semper
