// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/reload.h"

#include "application/configoverlay.h"
#include "application/listenerchanges.h"
#include "config/missinghere.h"
#include "journal/journal.h"
#include "launch/runas.h"
#include "protocol/keys.h"
#include "supervisor/supervisor.h"

#include <semper/serverapplication.h>

#include <QJsonDocument>
#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logReload, "semper.server.reload", QtInfoMsg)

constexpr qsizetype mostListed = 100; ///< changes or errors in one event
constexpr qsizetype mostBytesTold = 32 * 1024; ///< an event has to fit a frame

QString counted(qsizetype count)
{
    return count == 1 ? u"1 error"_s : u"%1 errors"_s.arg(count);
}

QJsonArray firstOf(const QJsonArray &list)
{
    QJsonArray first;
    qsizetype bytes = 0;
    for (const QJsonValue &item : list) {
        bytes += QJsonDocument(QJsonArray{item}).toJson(QJsonDocument::Compact).size();
        if (first.size() == mostListed || bytes > mostBytesTold)
            break;
        first.append(item);
    }
    return first;
}

void logResult(const ReloadRequest &request, const ReloadResult &result)
{
    const QByteArray by = request.by.toUtf8();
    if (const auto *refusal = std::get_if<ReloadRefusal>(&result)) {
        qCWarning(logReload, "reload (%s) changed nothing: %s", by.constData(),
            qUtf8Printable(refusal->detail));
        for (const ConfigError &error :
            refusal->errors.first(std::min(refusal->errors.size(), mostListed)))
            qCWarning(logReload, "  %s", qUtf8Printable(error.toString()));
        return;
    }
    qCInfo(logReload, "reload (%s): %s", by.constData(),
        qUtf8Printable(summaryOf(std::get<ReloadReport>(result))));
}

/// While one lives, users and groups are looked up anew; what was found then holds from keep() on,
/// and is forgotten without it.
class LookUpAnew
{
public:
    LookUpAnew() { refreshRunAs(); }
    ~LookUpAnew() { restoreRunAs(); }
    Q_DISABLE_COPY_MOVE(LookUpAnew)

    void keep() { keepRunAs(); }
};

} // namespace

Reload::Reload(ReloadParts parts, ConfigSource source)
    : m_parts(std::move(parts))
    , m_source(std::move(source))
{ }

ReloadResult Reload::run(const ReloadRequest &request)
{
    ReloadResult result = attempt(request);
    if (!request.dryRun && std::holds_alternative<ReloadRefusal>(result))
        record(request, result);
    return result;
}

std::variant<ServerConfig, ReloadRefusal> Reload::read() const
{
    if (!m_source.read)
        return ReloadRefusal{.code = u"no_configuration"_s,
            .detail = u"the server was started without a configuration"_s};
    ConfigResult result = m_source.read();
    ConfigErrors errors;
    if (auto *config = std::get_if<ServerConfig>(&result)) {
        layOverProgram(m_source.program, *config);
        errors = overlayErrors(m_source.program, *config) + missingHere(*config);
        if (errors.isEmpty())
            return std::move(*config);
    } else {
        errors = std::get<ConfigErrors>(result);
    }
    return ReloadRefusal{.code = u"bad_configuration"_s,
        .detail = u"the configuration has %1"_s.arg(counted(errors.size())),
        .errors = errors};
}

ReloadResult Reload::attempt(const ReloadRequest &request)
{
    LookUpAnew users;
    const auto fresh = read();
    if (const auto *refusal = std::get_if<ReloadRefusal>(&fresh))
        return *refusal;
    const auto &config = std::get<ServerConfig>(fresh);
    const ConfigDifference difference = differenceOf(m_parts.config, config);
    if (!difference.fixed.isEmpty())
        return ReloadRefusal{.code = u"needs_restart"_s,
            .detail = u"a part of the change takes a restart of the server"_s,
            .errors = difference.fixed};
    // A dry run binds too, and lets go: so it tells of an address that is taken.
    ListenerChanges listeners(m_parts.application, m_parts.control, m_parts.introduce);
    if (const auto error = listeners.prepare(difference, config))
        return ReloadRefusal{
            .code = u"cannot_listen"_s, .detail = error->message, .errors = {*error}};
    ReloadReport report = m_parts.supervisor.foretell(difference);
    if (request.dryRun)
        return report;
    if (const auto error = m_parts.prepareLaunches(config))
        return ReloadRefusal{.code = u"cannot_listen"_s, .detail = *error};
    users.keep();
    report.event = record(request, report); // before what follows from it
    for (Service *service : listeners.commit())
        m_parts.serviceAdded(*service);
    commit(config, report);
    return report;
}

void Reload::commit(const ServerConfig &config, const ReloadReport &report)
{
    const ConfigDifference &difference = report.difference;
    m_parts.config = config;
    m_parts.supervisor.setPluginDirectories(config.pluginDirectories);
    for (const ServiceSpec &spec : config.services)
        if (Service *service = m_parts.application.service(spec.name))
            service->setProcesses(spec.processes);
    m_parts.supervisor.takeUp(report.leftBehind);
    if (difference.isEmpty())
        return;
    m_parts.supervisor.reconfigure(difference.processes);
    // Without it only what is missed while no server runs cannot be told.
    if (const auto error = m_parts.supervisor.rememberSchedules(config.stateDirectory))
        qCWarning(logReload, "%s", qUtf8Printable(*error));
}

qint64 Reload::record(const ReloadRequest &request, const ReloadResult &result)
{
    logResult(request, result);
    QJsonObject fields{{keys::by, request.by}};
    if (const auto *refusal = std::get_if<ReloadRefusal>(&result)) {
        fields.insert(keys::ok, false);
        fields.insert(keys::reason, refusal->detail);
        fields.insert(keys::errors, firstOf(toJson(refusal->errors)));
    } else {
        const auto &report = std::get<ReloadReport>(result);
        fields.insert(keys::ok, true);
        fields.insert(keys::changes, firstOf(toJson(report)));
        fields.insert(keys::unchanged, report.unchanged());
    }
    return m_parts.journal.record(QLatin1StringView("reload"), fields);
}

} // namespace semper
