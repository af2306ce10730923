// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/reload.h"

#include "boundary/serviceside.h"
#include "config/configlayers.h"
#include "config/missinghere.h"
#include "control/controlapi.h"
#include "journal/journal.h"
#include "launch/runas.h"
#include "net/namelookup.h"
#include "protocol/keys.h"
#include "supervisor/supervisor.h"

#include <QJsonDocument>
#include <QLoggingCategory>

#include <algorithm>
#include <tuple>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logReload, "semper.server.reload", QtInfoMsg)

constexpr std::size_t mostReloadsWaiting = 16;
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

/// A reload under way.
struct Reload::Attempt
{
    ReloadRequest request = {};
    ReloadDone done = {};
    LookUpAnew users = {};
    ServerConfig config = {}; ///< the new one
    ConfigDifference difference = {};
    std::function<void()> rebindControl = {}; ///< null: nothing to do
};

Reload::Reload(ReloadParts parts, ConfigSource source)
    : m_parts(std::move(parts))
    , m_source(std::move(source))
{ }

Reload::~Reload() = default;

void Reload::run(const ReloadRequest &request, ReloadDone done)
{
    if (m_waiting.size() >= mostReloadsWaiting)
        return done(ReloadRefusal{
            .code = u"busy"_s, .detail = u"%1 reloads wait already"_s.arg(mostReloadsWaiting)});
    m_waiting.emplace_back(request, std::move(done));
    if (!m_attempt)
        begin();
}

void Reload::begin()
{
    m_attempt = std::make_unique<Attempt>();
    std::tie(m_attempt->request, m_attempt->done) = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (const auto refusal = readAndCompare())
        return finish(*refusal);
    // A dry run binds too, and lets go: so it tells of an address that is taken.
    m_parts.services.prepare(m_attempt->difference, m_attempt->config,
        [this](const std::optional<ReloadRefusal> &refusal) { prepared(refusal); });
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

std::optional<ReloadRefusal> Reload::readAndCompare()
{
    auto fresh = read();
    if (const auto *refusal = std::get_if<ReloadRefusal>(&fresh))
        return *refusal;
    m_attempt->config = std::get<ServerConfig>(std::move(fresh));
    const ServerConfig &config = m_attempt->config;
    m_attempt->difference = differenceOf(m_parts.config, config);
    const ConfigDifference &difference = m_attempt->difference;
    if (!difference.fixed.isEmpty())
        return ReloadRefusal{.code = u"needs_restart"_s,
            .detail = u"a part of the change takes a restart of the server"_s,
            .errors = difference.fixed};
    const QString control = controlListenKey();
    if (!difference.server.contains(control))
        return std::nullopt;
    const auto need = needForLookUp(config.control);
    const Rebinding rebinding = need ? Rebinding(*need) : m_parts.control.rebind(config.control);
    if (const auto *reason = std::get_if<QString>(&rebinding))
        return ReloadRefusal{.code = u"cannot_listen"_s,
            .detail = *reason,
            .errors = {ConfigError{u"$."_s + control, *reason}}};
    m_attempt->rebindControl = std::get<std::function<void()>>(rebinding);
    return std::nullopt;
}

void Reload::prepared(const std::optional<ReloadRefusal> &refusal)
{
    if (refusal)
        return finish(*refusal);
    const ReloadResult result = decide();
    const auto *report = std::get_if<ReloadReport>(&result);
    if (!report || m_attempt->request.dryRun) {
        m_parts.services.abandon();
        return finish(result);
    }
    m_parts.services.commit(m_attempt->config, [this, result] { finish(result); });
    commit(*report);
}

ReloadResult Reload::decide()
{
    if (m_parts.supervisor.isShuttingDown())
        return ReloadRefusal{u"shutting_down"_s, u"the server is stopping"_s};
    ReloadReport report = m_parts.supervisor.foretell(m_attempt->difference);
    if (m_attempt->request.dryRun)
        return report;
    if (const auto error = m_parts.prepareLaunches(m_attempt->config))
        return ReloadRefusal{.code = u"cannot_listen"_s, .detail = *error};
    m_attempt->users.keep();
    report.event = record(m_attempt->request, report); // before what follows from it
    return report;
}

void Reload::commit(const ReloadReport &report)
{
    const ConfigDifference &difference = report.difference;
    if (m_attempt->rebindControl)
        m_attempt->rebindControl();
    m_parts.config = m_attempt->config;
    m_parts.supervisor.setPluginDirectories(m_parts.config.pluginDirectories);
    m_parts.supervisor.takeUp(report.leftBehind);
    if (difference.isEmpty())
        return;
    m_parts.supervisor.reconfigure(difference.processes);
    // Without it only what is missed while no server runs cannot be told.
    if (const auto error = m_parts.supervisor.rememberSchedules(m_parts.config.stateDirectory))
        qCWarning(logReload, "%s", qUtf8Printable(*error));
}

void Reload::finish(const ReloadResult &result)
{
    const ReloadRequest request = m_attempt->request;
    const ReloadDone done = std::move(m_attempt->done);
    m_attempt.reset();
    if (!request.dryRun && std::holds_alternative<ReloadRefusal>(result))
        record(request, result);
    if (done)
        done(result);
    if (!m_waiting.empty() && !m_attempt)
        begin();
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
