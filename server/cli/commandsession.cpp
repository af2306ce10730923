// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandsession.h"

#include "cli/serverfinder.h"
#include "cli/terminaltext.h"
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
    Q_DECLARE_TR_FUNCTIONS(semper::CommandSession)
};

constexpr auto patience = 5s;
constexpr auto patienceForAnswers = 30s; ///< that take the server some work

ExitCode exitCode(const Refusal &refusal)
{
    if (refusal.code == "not_allowed"_L1)
        return ExitCode::NotAllowed;
    return refusal.code == "bad_selector"_L1 || refusal.code == "bad_parameter"_L1
        ? ExitCode::Usage
        : ExitCode::Failed;
}

ProcessId idOf(const ProcessStatus &status)
{
    return {status.name, status.instance};
}

} // namespace

CommandSession::CommandSession(const QString &socketPath)
    : m_watch(socketPath)
{
    QObject::connect(&m_watch, &ServerWatch::snapshotReceived, &m_watch,
        [this](const QList<ProcessStatus> &processes) {
            m_processes.clear();
            for (const ProcessStatus &status : processes)
                m_processes.insert(idOf(status), status);
            ++m_snapshots;
        });
    QObject::connect(&m_watch, &ServerWatch::processChanged, &m_watch,
        [this](const ProcessStatus &status) { m_processes.insert(idOf(status), status); });
    QObject::connect(&m_watch, &ServerWatch::answered, &m_watch,
        [this](qint64 id, const CommandAnswer &answer) { m_answers.insert(id, answer); });
}

std::variant<std::unique_ptr<CommandSession>, CommandExit> CommandSession::open(
    const CommandLine &line)
{
    const auto found = findServer(line);
    if (const auto *exit = std::get_if<CommandExit>(&found))
        return *exit;
    const QString &path = std::get<QString>(found);
    if (::access(QFile::encodeName(path).constData(), R_OK | W_OK) != 0 && errno == EACCES)
        return CommandExit{ExitCode::NotAllowed,
            Texts::tr("the server at %1 belongs to another user").arg(path) + u'\n'};
    auto session = std::make_unique<CommandSession>(path);
    session->m_watch.open();
    if (const auto exit = session->awaitSnapshot())
        return *exit;
    return session;
}

std::optional<CommandExit> CommandSession::awaitSnapshot()
{
    const auto arrived
        = runUntil([this, next = m_snapshots + 1] { return m_snapshots >= next; }, patience);
    if (!arrived)
        return loss();
    if (!*arrived)
        return CommandExit{ExitCode::NoServer,
            Texts::tr("the server at %1 does not answer").arg(m_watch.socketPath()) + u'\n'};
    return std::nullopt;
}

std::variant<CommandAnswer, CommandExit> CommandSession::awaitAnswer(
    qint64 id, const QString &what, std::chrono::seconds limit)
{
    const auto answered = runUntil([this, id] { return m_answers.contains(id); }, limit);
    if (!answered)
        return loss();
    if (!*answered)
        return CommandExit{
            ExitCode::Failed, Texts::tr("%1: the server does not answer").arg(what) + u'\n'};
    return m_answers.take(id);
}

std::optional<CommandExit> CommandSession::command(
    const QString &action, const QStringList &selectors, const QJsonObject &parameters)
{
    QList<qint64> ids;
    for (const QString &selector : selectors)
        ids.append(m_watch.command(action, selector, parameters));
    CommandExit refused;
    for (qsizetype i = 0; i < ids.size(); ++i) {
        const QString &selector = selectors.at(i);
        const auto answer = awaitAnswer(ids.at(i), selector, patience);
        if (const auto *exit = std::get_if<CommandExit>(&answer))
            return CommandExit{exit->code, refused.text + exit->text};
        const auto &refusal = std::get<CommandAnswer>(answer).refusal;
        if (!refusal)
            continue;
        if (refused.text.isEmpty())
            refused.code = exitCode(*refusal);
        refused.text += u"%1: %2\n"_s.arg(selector, printable(refusal->detail));
    }
    if (!refused.text.isEmpty())
        return refused;
    // What was known of the states may be older than the commands.
    m_watch.refresh();
    return awaitSnapshot();
}

std::variant<CommandAnswer, CommandExit> CommandSession::ask(
    const QString &action, const QJsonObject &parameters)
{
    return awaitAnswer(m_watch.command(action, {}, parameters), action, patienceForAnswers);
}

std::optional<bool> CommandSession::runUntil(
    const std::function<bool()> &condition, QDeadlineTimer deadline)
{
    QTimer alarm; // wakes the loop when nothing else does
    alarm.setSingleShot(true);
    while (!condition()) {
        if (!m_watch.problem().isEmpty())
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

CommandExit CommandSession::loss() const
{
    const QString why = printable(m_watch.problem());
    if (const QString code = m_watch.refusalCode(); !code.isEmpty())
        return {code == "not_allowed"_L1 ? ExitCode::NotAllowed : ExitCode::NoServer,
            Texts::tr("the server refuses: %1").arg(why) + u'\n'};
    return {ExitCode::NoServer,
        (m_snapshots == 0 ? Texts::tr("no server reached at %1: %2") : Texts::tr("lost %1: %2"))
                .arg(m_watch.socketPath(), why)
            + u'\n'};
}

std::optional<ProcessStatus> CommandSession::process(const ProcessId &id) const
{
    const auto it = m_processes.constFind(id);
    return it == m_processes.cend() ? std::nullopt : std::optional(*it);
}

QStringList CommandSession::namesWithoutInstances() const
{
    return server().value(keys::withoutInstances).toVariant().toStringList();
}

} // namespace semper
