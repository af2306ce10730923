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
    Awaiting(CommandSession &session, QList<ProcessStatus> before, Effect effect, bool quiet)
        : m_session(session)
        , m_before(before)
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
            text += lateness(m_session.process({before.name, before.instance}).value_or(before));
        return text;
    }

private:
    bool settles(const ProcessStatus &before)
    {
        const auto status = m_session.process({before.name, before.instance});
        if (!status) {
            complain(Texts::tr("%1: is gone").arg(displayName(before)) + u'\n');
            return m_failed = true;
        }
        const Verdict verdict = judgeAmongOthers(before, *status);
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

    /// What others have to do with it: instances that are restarted one after the other, until one
    /// fails, and whom it waits for.
    [[nodiscard]] Verdict judgeAmongOthers(
        const ProcessStatus &before, const ProcessStatus &status) const
    {
        const Verdict verdict = judge(m_effect, before, status);
        if (verdict.kind != Verdict::Kind::Pending)
            return verdict;
        const auto outOfReach = [](const QString &reason) {
            return Verdict{.kind = Verdict::Kind::OutOfReach, .reason = reason};
        };
        if (m_effect == Effect::Ready && status.outdated && hasFailedSibling(status))
            return outOfReach(Texts::tr("runs as before a reload: another instance has failed"));
        if (m_effect == Effect::Relaunched && isAsBefore(status) && hasFailedSibling(status))
            return outOfReach(Texts::tr("left as it is: another instance has failed"));
        const ProcessStatus last = lastThatWaits(status);
        if (last.name == status.name)
            return verdict;
        const Verdict ofLast = judge(m_effect, last, last);
        return ofLast.kind == Verdict::Kind::OutOfReach
            ? outOfReach(u"%1, %2: %3"_s.arg(status.explain(), last.name, ofLast.reason))
            : verdict;
    }

    /// The same launch as when the command was given, or the same failure.
    [[nodiscard]] bool isAsBefore(const ProcessStatus &status) const
    {
        return std::ranges::any_of(m_before, [&status](const ProcessStatus &before) {
            return before.name == status.name && before.instance == status.instance
                && before.pid == status.pid && before.state == status.state
                && before.lastExit == status.lastExit;
        });
    }

    /// Of a restart that is under way; one that had failed before is for it to restart.
    [[nodiscard]] bool hasFailedSibling(const ProcessStatus &status) const
    {
        return std::ranges::any_of(m_session.processes(), [&](const ProcessStatus &other) {
            return other.name == status.name && other.state == ProcessPhase::Failed
                && (m_effect != Effect::Relaunched || !isAsBefore(other));
        });
    }

    /// Of those that wait for each other, \a status first, the last one that waits.
    [[nodiscard]] ProcessStatus lastThatWaits(ProcessStatus status) const
    {
        for (int steps = 0; steps < mostSteps && status.cause; ++steps) {
            const auto *waiting = status.cause->as<cause::Waiting>();
            if (status.state != ProcessPhase::Waiting || !waiting
                || waiting->state != ProcessPhase::Waiting)
                return status;
            const auto next = m_session.process({waiting->process, 0});
            if (!next || next->state != ProcessPhase::Waiting)
                return status;
            status = *next;
        }
        return status;
    }

    static constexpr int mostSteps = 1000; ///< nobody waits in a circle, but who knows the server

    CommandSession &m_session;
    QList<ProcessStatus> m_before;
    QList<ProcessStatus> m_pending;
    Effect m_effect;
    bool m_quiet;
    bool m_failed = false;
};

} // namespace

QCommandLineOption timeoutOption(std::optional<std::chrono::milliseconds> otherwise)
{
    return {u"timeout-ms"_s,
        otherwise ? Texts::tr("give up after N milliseconds; %1 by default").arg(otherwise->count())
                  : Texts::tr("give up after N milliseconds; never by default"),
        u"N"_s};
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

int awaitEffect(CommandSession &session, const QList<ProcessStatus> &before, Effect effect,
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
            after.append(session.process({status.name, status.instance}).value_or(status));
        print(toJson(after));
    }
    return int(*settled && !awaiting.hasFailed() ? ExitCode::Done : ExitCode::Failed);
}

} // namespace semper
