// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/awaiting.h"

#include "cli/selection.h"
#include "cli/statustable.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::Awaiting)
};

/// "importer: running, pid 4711"
QString arrival(const ProcessStatus &status)
{
    QString text = displayName(status) + u": "_s + phaseName(status.state);
    if (status.pid)
        text += Texts::tr(", pid %1").arg(*status.pid);
    return text + u'\n';
}

/// "importer: still backoff: exited with code 3, next start in 4 s"
QString lateness(const ProcessStatus &status)
{
    const QString text
        = Texts::tr("%1: time is up, still %2").arg(displayName(status), phaseName(status.state));
    const QString more = situation(status, QDateTime::currentDateTimeUtc());
    return (more.isEmpty() ? text : text + u": "_s + more) + u'\n';
}

/// Waits for the effect on several processes, each of which is settled once.
class Awaiting
{
public:
    Awaiting(HubSession &session, QList<ProcessStatus> before, Effect effect, bool quiet)
        : m_session(session)
        , m_pending(std::move(before))
        , m_effect(effect)
        , m_quiet(quiet)
    { }

    [[nodiscard]] bool isSettled()
    {
        m_pending.removeIf([this](const ProcessStatus &before) { return settles(before); });
        return m_pending.isEmpty();
    }
    [[nodiscard]] bool hasFailed() const { return m_failed; }
    [[nodiscard]] QString latenesses() const
    {
        QString text;
        for (const ProcessStatus &before : m_pending)
            text += lateness(m_session.process(before.name, before.instance).value_or(before));
        return text;
    }

private:
    bool settles(const ProcessStatus &before)
    {
        const auto status = m_session.process(before.name, before.instance);
        if (!status) {
            complain(Texts::tr("%1: is gone").arg(displayName(before)) + u'\n');
            return m_failed = true;
        }
        Verdict verdict = judge(m_effect, before, *status);
        if (m_effect == Effect::Ready && status->outdated && hasFailedSibling(*status))
            verdict = {.kind = Verdict::Kind::OutOfReach,
                .reason = Texts::tr("runs as before a reload: another instance has failed")};
        switch (verdict.kind) {
        case Verdict::Kind::Pending:
            return false;
        case Verdict::Kind::Reached:
            if (!m_quiet)
                print(arrival(*status));
            return true;
        case Verdict::Kind::OutOfReach:
            complain(u"%1: %2\n"_s.arg(displayName(before), verdict.reason));
            return m_failed = true;
        }
        Q_UNREACHABLE();
    }

    /// Then the restarts that a reload brings are given up.
    bool hasFailedSibling(const ProcessStatus &status) const
    {
        const QList<ProcessStatus> all = m_session.processes();
        return std::any_of(all.cbegin(), all.cend(), [&status](const ProcessStatus &other) {
            return other.name == status.name && other.state == ProcessPhase::Failed;
        });
    }

    HubSession &m_session;
    QList<ProcessStatus> m_pending;
    Effect m_effect;
    bool m_quiet;
    bool m_failed = false;
};

} // namespace

CommandOption timeoutOption(std::optional<std::chrono::milliseconds> otherwise)
{
    return {u"timeout-ms"_s, u"N"_s,
        otherwise
            ? Texts::tr("give up after so many milliseconds; %1 by default").arg(otherwise->count())
            : Texts::tr("give up after so many milliseconds; never by default")};
}

std::variant<QDeadlineTimer, CommandExit> deadlineOf(const CommandLine &line,
    const CommandSyntax &syntax, std::optional<std::chrono::milliseconds> otherwise)
{
    if (!line.has(u"timeout-ms"_s))
        return otherwise ? QDeadlineTimer(*otherwise) : QDeadlineTimer(QDeadlineTimer::Forever);
    constexpr int most = 1'000'000'000;
    bool isNumber = false;
    const int milliseconds = line.value(u"timeout-ms"_s).toInt(&isNumber);
    if (!isNumber || milliseconds < 0 || milliseconds > most)
        return usageError(
            syntax, Texts::tr("--timeout-ms needs a whole number from 0 to %1").arg(most));
    return QDeadlineTimer(std::chrono::milliseconds(milliseconds));
}

int awaitEffect(HubSession &session, const QList<ProcessStatus> &before, Effect effect,
    const QDeadlineTimer &deadline, bool asJson)
{
    Awaiting awaiting(session, before, effect, asJson);
    const auto settled = session.runUntil([&awaiting] { return awaiting.isSettled(); }, deadline);
    if (!settled)
        return leave(session.loss());
    if (!*settled)
        complain(awaiting.latenesses());
    if (asJson) {
        QList<ProcessStatus> after;
        for (const ProcessStatus &status : before)
            after.append(session.process(status.name, status.instance).value_or(status));
        print(toJson(after));
    }
    return int(*settled && !awaiting.hasFailed() ? ExitCode::Done : ExitCode::Failed);
}

} // namespace semper
