// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/vocabulary.h"

#include "protocol/keys.h"
#include "spec/jsonpath.h"
#include "spec/nearestname.h"
#include "spec/resourcename.h"

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QString> Vocabulary::complaint(const QString &kind, const QString &word) const
{
    if (known.contains(word))
        return std::nullopt;
    if (later.contains(word))
        return u"%1 is not available yet"_s.arg(quoted(word));
    const QString unknown = u"unknown %1 %2"_s.arg(kind, quoted(word));
    if (const auto nearest = nearestName(word, known + later))
        return unknown + u"; did you mean %1?"_s.arg(quoted(*nearest));
    QStringList words;
    for (const QString &it : known)
        words.append(quoted(it));
    return unknown + u"; known: "_s + words.join(u", "_s);
}

namespace {

const Vocabulary &processKeys()
{
    static const Vocabulary keys{
        .known = {keys::className, keys::command, keys::settings, keys::directory,
            keys::environment, keys::environmentFile, keys::environmentInherit, keys::enabled,
            keys::restart, keys::stop, keys::ready, keys::watchdogMs, keys::liveness,
            keys::stalledAfterMs, keys::onStalled, keys::critical, keys::dependsOn, keys::instances,
            keys::group, keys::strategy, keys::rlimits, keys::nice, keys::umask, keys::user,
            keys::runAsGroup, keys::memoryMaxBytes, keys::cpuMaxRatio, keys::maxAgeMs,
            keys::standby, keys::schedule, keys::overlap, keys::outputLimits},
        .later = {u"output"_s}};
    return keys;
}

} // namespace

const Vocabulary &configKeys(ConfigObject object)
{
    static const Vocabulary server{.known
        = {keys::node, keys::control, keys::services, keys::pluginDirectories, keys::serviceLoop,
            keys::journal, keys::shutdownTimeoutMs, keys::stateDirectory, keys::schema},
        .later = {u"cluster"_s}};
    static const Vocabulary serviceLoop{.known = {keys::watchdogMs, keys::onHang}};
    static const Vocabulary journal{.known = {keys::maxAgeMs, keys::maxBytes}};
    static const Vocabulary control{.known = {keys::listen}};
    static const Vocabulary service{.known = {keys::type, keys::listen, keys::tls, keys::framing,
                                        keys::listeners, keys::limits, keys::processes}};
    static const Vocabulary listener{.known = {keys::listen, keys::tls, keys::framing}};
    static const Vocabulary tls{.known = {keys::certificate, keys::key, keys::clientCa}};
    static const Vocabulary serviceLimits{
        .known = {keys::connections, keys::messageMaxBytes, keys::idleTimeoutMs, keys::writeStallMs,
            keys::handshakeTimeoutMs, keys::queueMaxBytes}};
    static const Vocabulary enabled{.known = {keys::env}};
    static const Vocabulary rlimits{.known = resourceNames()};
    static const Vocabulary outputLimits{.known = {keys::readMaxBytesPerS, keys::readMaxLinesPerS},
        .later = {u"file_max_bytes"_s, u"files"_s, keys::maxAgeMs}};
    static const Vocabulary schedule{.known = {keys::cron, keys::timeZone}};
    static const Vocabulary restart{
        .known = {keys::policy, keys::firstDelayMs, keys::backoffMs, keys::multiplier,
            keys::backoffMaxMs, keys::jitterRatio, keys::resetAfterMs, keys::maxRestarts,
            keys::windowMs, keys::successCodes, keys::onFailed}};
    static const Vocabulary stop{
        .known = {keys::signal, keys::timeoutMs, keys::leftoversMs, keys::scope}};
    static const Vocabulary liveness{
        .known = {keys::mode, keys::address, keys::url, keys::headers, keys::expectedStatus,
            keys::expectedBody, keys::verifyCertificate, keys::command, keys::intervalMs,
            keys::timeoutMs, keys::failures}};
    static const Vocabulary ready{
        .known = {keys::mode, keys::timeoutMs, keys::address, keys::url, keys::headers,
            keys::expectedStatus, keys::expectedBody, keys::verifyCertificate, keys::command,
            keys::pattern, keys::intervalMs, keys::attemptTimeoutMs}};

    switch (object) {
    case ConfigObject::Server:
        return server;
    case ConfigObject::ServiceLoop:
        return serviceLoop;
    case ConfigObject::Journal:
        return journal;
    case ConfigObject::Control:
        return control;
    case ConfigObject::Service:
        return service;
    case ConfigObject::Listener:
        return listener;
    case ConfigObject::Tls:
        return tls;
    case ConfigObject::ServiceLimits:
        return serviceLimits;
    case ConfigObject::Process:
        return processKeys();
    case ConfigObject::Enabled:
        return enabled;
    case ConfigObject::Rlimits:
        return rlimits;
    case ConfigObject::OutputLimits:
        return outputLimits;
    case ConfigObject::Schedule:
        return schedule;
    case ConfigObject::Restart:
        return restart;
    case ConfigObject::Stop:
        return stop;
    case ConfigObject::Liveness:
        return liveness;
    case ConfigObject::Ready:
        return ready;
    }
    Q_UNREACHABLE();
}

const Vocabulary &serviceTypes()
{
    static const Vocabulary types{.known = {u"http"_s, u"rpc"_s, u"websocket"_s, u"tcp"_s}};
    return types;
}

const Vocabulary &framings(const QString &type)
{
    static const Vocabulary rpc{
        .known = {u"auto"_s, u"newline"_s, u"content-length"_s, u"swoft"_s}};
    static const Vocabulary tcp{.known = {u"newline"_s, u"length"_s, u"raw"_s}};
    static const Vocabulary none;
    if (type == "rpc"_L1)
        return rpc;
    return type == "tcp"_L1 ? tcp : none;
}

const Vocabulary &readyModes()
{
    static const Vocabulary modes{
        .known = {u"started"_s, u"notify"_s, u"tcp"_s, u"http"_s, u"exec"_s, u"log"_s}};
    return modes;
}

QString readyModeName(ReadyMode mode)
{
    return readyModes().known.at(int(mode));
}

const Vocabulary &livenessModes()
{
    static const Vocabulary modes{.known = {u"tcp"_s, u"http"_s, u"exec"_s}};
    return modes;
}

} // namespace semper
