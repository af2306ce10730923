// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos/misdeeds.h"

#include "support/survivors.h"

#include <QTest>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;

namespace semper::chaos {

namespace {

constexpr int patienceMs = 20'000;

/// \a count of \a names, one perhaps twice.
QStringList someOf(const QStringList &names, int count, std::mt19937 &random)
{
    QStringList some;
    for (int i = 0; i < count && !names.isEmpty(); ++i)
        some.append(names.at(qsizetype(random() % std::mt19937::result_type(names.size()))));
    return some;
}

QHash<QString, qint64> pids(Yard &yard)
{
    QHash<QString, qint64> pids;
    for (const auto &process : yard.processes())
        if (process[u"pid"_s].toInteger() > 0)
            pids.insert(process[u"name"_s].toString(), process[u"pid"_s].toInteger());
    return pids;
}

void signalSome(Yard &yard, const QStringList &names, int number)
{
    const QHash<QString, qint64> alive = pids(yard);
    for (const QString &name : names)
        if (const qint64 pid = alive.value(name); pid > 0)
            ::kill(pid_t(pid), number);
}

void killSome(Yard &yard, const QStringList &names)
{
    const QHash<QString, qint64> alive = pids(yard);
    for (const QString &name : QSet<QString>(names.begin(), names.end())) {
        const qint64 pid = alive.value(name);
        // What does not last may be gone by now, and its pid somebody else's.
        if (pid > 0 && !name.startsWith(u"brief") && ::kill(pid_t(pid), SIGKILL) == 0)
            yard.ledger().noteKill(name, pid);
    }
}

void commandSome(Yard &yard, const QString &action, const QStringList &names)
{
    for (const QString &name : names)
        yard.command(action, name);
}

} // namespace

QString misbehave(Yard &yard, std::mt19937 &random)
{
    const QStringList all = yard.names();
    switch (random() % 9) {
    case 0:
        commandSome(yard, u"stop"_s, someOf(all, 10, random));
        return u"stops"_s;
    case 1:
        commandSome(yard, u"restart"_s, someOf(all, 10, random));
        return u"restarts"_s;
    case 2:
        signalSome(yard, someOf(yard.names(u"family"), 10, random), SIGUSR1);
        return u"floods"_s;
    case 3:
        signalSome(yard, someOf(yard.names(u"daemon"), 5, random), SIGUSR2);
        return u"silence"_s;
    case 4:
        signalSome(yard, someOf(yard.names(u"host"), 3, random), SIGSTOP);
        return u"frozen hosts"_s;
    case 5:
        yard.setProgramThere(false);
        killSome(yard, someOf(yard.names(u"family"), 10, random));
        return u"programs that are missing"_s;
    case 6:
        yard.changeConfiguration(random);
        return u"a reload"_s;
    case 7:
        yard.breakConfiguration();
        return u"a reload of errors"_s;
    default:
        killSome(yard, someOf(all, 30, random));
        return u"kills"_s;
    }
}

QStringList killServer(Yard &yard, Half half)
{
    test::RunningServer &server = yard.server();
    const qint64 pid = server.serverPid();
    const qint64 guardian = server.guardianPid();
    if (half == Half::Both) // neither may see the other die
        ::kill(pid_t(guardian), SIGSTOP);
    if (half != Half::Guardian)
        ::kill(pid_t(pid), SIGKILL);
    if (half != Half::Server)
        ::kill(pid_t(guardian), SIGKILL);
    const auto bothAreGone
        = [&server, pid] { return !server.isRunning() && ::kill(pid_t(pid), 0) != 0; };
    if (!QTest::qWaitFor(bothAreGone, patienceMs))
        return {u"the server that was killed still runs"_s};
    const auto nothingIsLeft = [&server] { return test::survivors(server.mark()).isEmpty(); };
    QStringList wrong;
    if (half != Half::Both && !QTest::qWaitFor(nothingIsLeft, patienceMs))
        wrong.append(
            u"%1 processes outlived the server"_s.arg(test::survivors(server.mark()).size()));
    if (!yard.start())
        wrong.append(u"the server does not start again: "_s + yard.log());
    return wrong;
}

} // namespace semper::chaos
