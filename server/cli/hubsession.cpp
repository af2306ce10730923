// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/hubsession.h"

#include "cli/terminaltext.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QTimer>

#include <algorithm>
#include <cerrno>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::HubSession)
};

constexpr auto patience = 5s;
constexpr auto patienceForAnswers = 30s; ///< that take the server some work

ExitCode exitCode(const QJsonObject &error)
{
    const QString code = error.value(keys::code).toString();
    if (code == "not_allowed"_L1)
        return ExitCode::NotAllowed;
    return code == "bad_selector"_L1 || code == "bad_parameter"_L1 ? ExitCode::Usage
                                                                   : ExitCode::Failed;
}

} // namespace

HubSession::HubSession(const QString &socketPath)
    : m_client(socketPath, HubClient::Reconnect::Never)
{
    connect(&m_client, &HubClient::opened, this, [this] {
        m_client.send(makeFrame(frames::hello, {{keys::role, u"watcher"_s}}));
    });
    connect(&m_client, &HubClient::frameReceived, this, &HubSession::take);
    connect(&m_client, &HubClient::closed, this, [this](const QString &why) { m_closed = why; });
}

std::optional<CommandExit> HubSession::open()
{
    const QByteArray path = QFile::encodeName(m_client.socketPath());
    if (::access(path.constData(), R_OK | W_OK) != 0 && errno == EACCES)
        return CommandExit{ExitCode::NotAllowed,
            Texts::tr("the server at %1 belongs to another user").arg(m_client.socketPath())
                + u'\n'};
    m_client.open();
    return awaitSnapshot(1);
}

void HubSession::subscribe()
{
    m_client.send(makeFrame(frames::subscribe, {{keys::topics, QJsonArray{frames::state}}}));
}

std::optional<CommandExit> HubSession::awaitSnapshot(int number)
{
    const auto arrived = runUntil([&] { return m_snapshots >= number; }, QDeadlineTimer(patience));
    if (!arrived)
        return loss();
    if (!*arrived)
        return CommandExit{ExitCode::NoServer,
            Texts::tr("the server at %1 does not answer").arg(m_client.socketPath()) + u'\n'};
    return std::nullopt;
}

std::optional<CommandExit> HubSession::command(
    const QString &action, const QStringList &selectors, const QJsonObject &parameters)
{
    const qint64 before = m_lastId;
    for (const QString &selector : selectors) {
        QJsonObject frame = parameters;
        frame.insert(keys::id, ++m_lastId);
        frame.insert(keys::action, action);
        frame.insert(keys::process, selector);
        m_client.send(makeFrame(frames::command, frame));
    }
    std::optional<CommandExit> refused;
    for (qsizetype i = 0; i < selectors.size(); ++i) {
        auto exit = awaitResult(before + 1 + i, selectors.at(i));
        if (exit && exit->code == ExitCode::NoServer)
            return exit;
        if (exit && refused)
            refused->text += exit->text;
        else if (exit)
            refused = std::move(exit);
    }
    if (refused)
        return refused;
    // What was known of the states may be older than the commands: have them told anew.
    const int next = m_snapshots + 1;
    subscribe();
    return awaitSnapshot(next);
}

std::optional<CommandExit> HubSession::awaitResult(qint64 id, const QString &selector)
{
    const auto answered
        = runUntil([&] { return m_results.contains(id); }, QDeadlineTimer(patience));
    if (!answered)
        return loss();
    if (!*answered)
        return CommandExit{
            ExitCode::Failed, Texts::tr("%1: the server does not answer").arg(selector) + u'\n'};
    const QJsonObject result = m_results.take(id);
    if (result.value(keys::ok).toBool())
        return std::nullopt;
    const QJsonObject error = result.value(keys::error).toObject();
    const QString detail = printable(error.value(keys::detail).toString());
    return CommandExit{exitCode(error), u"%1: %2\n"_s.arg(selector, detail)};
}

std::variant<QJsonObject, CommandExit> HubSession::ask(
    const QString &action, const QJsonObject &parameters)
{
    const qint64 id = ++m_lastId;
    QJsonObject frame = parameters;
    frame.insert(keys::id, id);
    frame.insert(keys::action, action);
    m_client.send(makeFrame(frames::command, frame));
    const auto answered
        = runUntil([&] { return m_results.contains(id); }, QDeadlineTimer(patienceForAnswers));
    if (!answered)
        return loss();
    if (!*answered)
        return CommandExit{
            ExitCode::Failed, Texts::tr("%1: the server does not answer").arg(action) + u'\n'};
    return m_results.take(id);
}

std::optional<bool> HubSession::runUntil(
    const std::function<bool()> &condition, QDeadlineTimer deadline)
{
    QTimer alarm; // wakes the loop when nothing else does
    alarm.setSingleShot(true);
    while (!condition()) {
        if (m_closed)
            return std::nullopt;
        if (deadline.hasExpired())
            return false;
        // Each time anew: a timer may come a little before its time, and then once is not enough.
        if (!deadline.isForever())
            alarm.start(int(std::min<qint64>(deadline.remainingTime(), 60'000)) + 1);
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

CommandExit HubSession::loss() const
{
    if (!m_error.isEmpty())
        return {m_error.value(keys::code) == u"not_allowed"_s ? ExitCode::NotAllowed
                                                              : ExitCode::NoServer,
            Texts::tr("the server refuses: %1")
                    .arg(printable(m_error.value(keys::detail).toString()))
                + u'\n'};
    const QString why = m_closed.value_or(QString());
    return {ExitCode::NoServer,
        (m_snapshots == 0 ? Texts::tr("no server reached at %1: %2") : Texts::tr("lost %1: %2"))
                .arg(m_client.socketPath(), why)
            + u'\n'};
}

std::optional<ProcessStatus> HubSession::process(const QString &name, int instance) const
{
    const auto it = m_processes.constFind({name, instance});
    return it == m_processes.cend() ? std::nullopt : std::optional(*it);
}

QStringList HubSession::namesWithoutInstances() const
{
    QStringList names;
    for (const QJsonValue &name : m_server.value(keys::withoutInstances).toArray())
        names.append(name.toString());
    return names;
}

void HubSession::take(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::welcome) {
        subscribe();
    } else if (type == frames::snapshot) {
        takeSnapshot(frame);
    } else if (type == frames::state) {
        const auto status = ProcessStatus::fromJson(frame.value(keys::process).toObject());
        m_processes.insert({status.name, status.instance}, status);
    } else if (type == frames::result) {
        takeResult(frame);
    } else if (type == frames::error) {
        m_error = frame;
    }
}

void HubSession::takeSnapshot(const QJsonObject &frame)
{
    if (frame.value(keys::part).toInt() <= 1)
        m_coming.clear();
    for (const QJsonValue &value : frame.value(keys::processes).toArray()) {
        const auto status = ProcessStatus::fromJson(value.toObject());
        m_coming.insert({status.name, status.instance}, status);
    }
    if (!frame.value(keys::last).toBool(true))
        return;
    m_server = frame.value(keys::server).toObject();
    m_processes = std::exchange(m_coming, {});
    ++m_snapshots;
}

void HubSession::takeResult(const QJsonObject &frame)
{
    const qint64 id = frame.value(keys::id).toInteger();
    QJsonObject whole = frame;
    const QJsonObject before = m_comingResults.take(id);
    for (const QLatin1StringView key : {keys::changes, keys::errors}) {
        QJsonArray items = before.value(key).toArray();
        for (const QJsonValue &item : frame.value(key).toArray())
            items.append(item);
        if (frame.contains(key))
            whole.insert(key, items);
    }
    if (frame.value(keys::last).toBool(true))
        m_results.insert(id, whole);
    else
        m_comingResults.insert(id, whole);
}

} // namespace semper
