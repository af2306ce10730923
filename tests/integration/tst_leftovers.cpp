// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "protocol/keys.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

/// A shell that waits for \a script and ends by itself at SIGTERM, long before what it started.
QJsonObject wrapped(const QString &script, const QJsonObject &more = {})
{
    QJsonObject process = more;
    process.insert(u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script + u"; true"_s});
    return process;
}

QString saver(int milliseconds, const QString &before = {})
{
    return u"cd . && %1%2 it %3"_s.arg(before, helperProgram(u"save-late"_s)).arg(milliseconds);
}

QByteArrayList linesOf(const RunningServer &server, QByteArrayView begin)
{
    QFile file(server.folder() + u"/it"_s);
    QByteArrayList lines
        = file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QByteArrayList();
    lines.removeIf([begin](const QByteArray &line) { return !line.startsWith(begin); });
    return lines;
}

/// What the server has told of leftovers, and tells.
class Told
{
public:
    explicit Told(const RunningServer &server)
        : m_peer(server.socketPath())
    {
        m_peer.watch({u"events"_s}, {{keys::after, 0}}); // and before
    }
    [[nodiscard]] QList<QJsonObject> all() const
    {
        QList<QJsonObject> events;
        const QList<QJsonObject> frames = m_peer.framesOf(u"event");
        for (const QJsonObject &frame : frames)
            if (frame[keys::event][keys::type] == u"left_behind"_s)
                events.append(frame[keys::event].toObject());
        return events;
    }

private:
    HubPeer m_peer;
};

bool isUp(RunningServer &server, int times = 1)
{
    return linesOf(server, "up ").size() >= times
        && server.process(u"it"_s)[u"state"_s] == u"running"_s;
}

} // namespace

/// What of a launch outlives its leader.
class TestLeftovers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTimeToStopBelongsToTheWholeLaunch_data();
    void theTimeToStopBelongsToTheWholeLaunch();
    void whatIsOutsideOfTheProcessGroupIsAskedToo();
    void whatHidesFromTheServerIsFoundAtAStop();
    void whatIsLeftWhenTheTimeIsOverIsKilledAndTold();
    void whatADeadLaunchLeavesIsAskedBeforeTheNextBegins();
    void whatDoesNotListenIsKilledAfterItsShortTime();
    void whatADeadLeaderOfAClassOfScopeProcessLeavesIsAsked();
    void oneWithoutLeftoversIsRestartedAtOnce();
    void aCommandThatGoesToTheBackgroundIsTold();
    void aStoppedLeftoverIsLetGoOn();
    void anImpatientShutdownDoesNotWaitForLeftovers();
    void aGroupWaitsForTheLeftoversOfItsMembers();
};

void TestLeftovers::theTimeToStopBelongsToTheWholeLaunch_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"stop", "restart", "reload", "age", "memory", "disabled", "shutdown"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestLeftovers::theTimeToStopBelongsToTheWholeLaunch()
{
    QFETCH(const QString, how);
    QJsonObject more;
    if (how == u"age")
        more.insert(u"max_age_ms"_s, 1500);
    if (how == u"memory")
        more.insert(u"memory_max_bytes"_s, 1024 * 1024);
    const QString ballast
        = how == u"memory" ? u"x=$(head -c 8000000 /dev/zero | tr '\\0' x); "_s : QString();
    RunningServer server({{u"it"_s, wrapped(ballast + saver(1000), more)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 1, patience);
    if (how == u"stop" || how == u"restart") {
        QCOMPARE(server.command({how, u"it"_s}).exitCode, 0);
    } else if (how == u"reload") {
        more.insert(u"environment"_s, QJsonObject{{u"NEW"_s, u"1"_s}});
        server.configure({{u"it"_s, wrapped(saver(1000), more)}});
        QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    } else if (how == u"disabled") {
        more.insert(u"enabled"_s, false);
        server.configure({{u"it"_s, wrapped(saver(1000), more)}});
        QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    } else if (how == u"shutdown") {
        QCOMPARE(server.stop(), 0);
    }
    QTRY_VERIFY_WITH_TIMEOUT(!linesOf(server, "saved").isEmpty(), patience);
    QCOMPARE(linesOf(server, "saved").constFirst(), "saved 1"); // and was asked once
    if (how == u"shutdown")
        return;
    QVERIFY2(!server.log().contains(u"left behind"_s), qPrintable(server.log())); // but ended
    QCOMPARE(server.stop(), 0);
    QVERIFY2(
        linesOf(server, "saved").size() == linesOf(server, "up ").size(), qPrintable(server.log()));
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLeftovers::whatIsOutsideOfTheProcessGroupIsAskedToo()
{
    const QString script = u"setsid %1 & wait"_s.arg(saver(300).section(u"&& "_s, 1));
    RunningServer server({{u"it"_s, wrapped(script)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Told told(server);
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 1, patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(linesOf(server, "saved"), QByteArrayList{"saved 1"});
    QTRY_COMPARE_WITH_TIMEOUT(told.all().size(), 1, patience); // nobody else would have ended it
    QCOMPARE(told.all().constFirst()[u"count"_s], 1);
    QCOMPARE(told.all().constFirst()[u"killed"_s], 0);
}

void TestLeftovers::whatHidesFromTheServerIsFoundAtAStop()
{
    const QString hidden = u"env -i setsid sh -c 'echo $$ > hidden; exec sleep 1000' & "
                           "while :; do sleep 0.02; done"_s;
    RunningServer server({{u"it"_s, wrapped(hidden)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QFile file(server.folder() + u"/hidden"_s);
    QTRY_VERIFY_WITH_TIMEOUT(file.size() > 0, patience);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const int pid = file.readAll().trimmed().toInt();
    QVERIFY(pid > 0);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(::kill(pid, 0) != 0, patience);
}

void TestLeftovers::whatIsLeftWhenTheTimeIsOverIsKilledAndTold()
{
    const QJsonObject stop{{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 1000}}}};
    RunningServer server({{u"it"_s, wrapped(saver(600'000), stop)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Told told(server);
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 1, patience);
    QElapsedTimer taken;
    taken.start();
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QVERIFY(taken.elapsed() >= 900);
    QCOMPARE(linesOf(server, "saved"), QByteArrayList());
    QTRY_COMPARE_WITH_TIMEOUT(told.all().size(), 1, patience);
    QCOMPARE(told.all().constFirst()[u"process"_s], u"it"_s);
    QCOMPARE(told.all().constFirst()[u"count"_s], 1);
    QCOMPARE(told.all().constFirst()[u"killed"_s], 1);
    QCOMPARE(told.all().constFirst()[u"processes"_s][0][u"name"_s], u"save-late"_s);
    const QString pid = QString::fromLatin1(linesOf(server, "up ").constFirst().sliced(3));
    const QString text = u"left behind and killed: save-late (pid %1)"_s.arg(pid);
    QCOMPARE(told.all().constFirst()[u"reason"_s], text);
    QVERIFY2(server.log().contains(u"it: "_s + text), qPrintable(server.log()));
}

void TestLeftovers::whatADeadLaunchLeavesIsAskedBeforeTheNextBegins()
{
    RunningServer server({{u"it"_s, wrapped(saver(500))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Told told(server);
    QTRY_VERIFY_WITH_TIMEOUT(isUp(server), patience);
    const auto leader = pid_t(server.process(u"it"_s)[u"pid"_s].toInteger());
    QCOMPARE(::kill(leader, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 2, patience);
    QFile file(server.folder() + u"/it"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArrayList lines = file.readAll().split('\n');
    QVERIFY(lines.at(0).startsWith("up "));
    QCOMPARE(lines.at(1), "saved 1");
    QVERIFY(lines.at(2).startsWith("up "));
    QCOMPARE(server.process(u"it"_s)[u"reason"_s], u"killed by SIGKILL"_s);
    QTRY_COMPARE_WITH_TIMEOUT(told.all().size(), 1, patience);
    QCOMPARE(told.all().constFirst()[u"count"_s], 1);
    QCOMPARE(told.all().constFirst()[u"killed"_s], 0);
    QVERIFY2(server.log().contains(u"it: left behind and asked to end: save-late"_s),
        qPrintable(server.log()));
}

void TestLeftovers::whatDoesNotListenIsKilledAfterItsShortTime()
{
    const QJsonObject stop{{u"stop"_s, QJsonObject{{u"leftovers_ms"_s, 300}}}};
    RunningServer server({{u"it"_s, wrapped(saver(600'000), stop)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Told told(server);
    QTRY_VERIFY_WITH_TIMEOUT(isUp(server), patience);
    QElapsedTimer taken;
    taken.start();
    QCOMPARE(::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(isUp(server, 2), patience);
    QVERIFY(taken.elapsed() >= 300);
    QTRY_COMPARE_WITH_TIMEOUT(told.all().size(), 1, patience);
    QCOMPARE(told.all().constFirst()[u"killed"_s], 1);
}

void TestLeftovers::whatADeadLeaderOfAClassOfScopeProcessLeavesIsAsked()
{
    const QJsonObject stop{{u"stop"_s, QJsonObject{{u"scope"_s, u"process"_s}}}};
    RunningServer server({{u"it"_s, wrapped(saver(300), stop)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isUp(server), patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(linesOf(server, "saved"), QByteArrayList{"saved 1"});
}

void TestLeftovers::oneWithoutLeftoversIsRestartedAtOnce()
{
    const QJsonObject stop{{u"leftovers_ms"_s, 600'000}, {u"timeout_ms"_s, 600'000}};
    RunningServer server({{u"it"_s,
        QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}, {u"stop"_s, stop}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int i = 1; i <= 3; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
        QCOMPARE(::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], i, patience);
    }
    QCOMPARE(server.command({u"restart"_s, u"it"_s}).exitCode, 0);
    QVERIFY2(!server.log().contains(u"left behind"_s), qPrintable(server.log()));
}

void TestLeftovers::aCommandThatGoesToTheBackgroundIsTold()
{
    const QString script = u"setsid %1 & until test -s it; do sleep 0.1; done; exit 0"_s.arg(
        saver(100).section(u"&& "_s, 1));
    RunningServer server({{u"it"_s,
        wrapped(script, {{u"restart"_s, QJsonObject{{u"policy"_s, u"on-failure"_s}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Told told(server);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"done"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "saved"), QByteArrayList{"saved 1"}, patience);
    const QString pid = QString::fromLatin1(linesOf(server, "up ").constFirst().sliced(3));
    QCOMPARE(server.process(u"it"_s)[u"reason"_s],
        u"exited with code 0; save-late (pid %1) went on in the background: "
        "have the command stay in the foreground, where it is supervised"_s.arg(pid));
    QTRY_COMPARE_WITH_TIMEOUT(told.all().size(), 1, patience);
    QVERIFY(told.all().constFirst()[u"reason"_s].toString().endsWith(u"where it is supervised"_s));
}

void TestLeftovers::aStoppedLeftoverIsLetGoOn()
{
    RunningServer server({{u"it"_s, wrapped(saver(100))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 1, patience);
    const pid_t pid = linesOf(server, "up ").constFirst().sliced(3).toInt();
    QCOMPARE(::kill(pid, SIGSTOP), 0);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(linesOf(server, "saved"), QByteArrayList{"saved 1"});
}

void TestLeftovers::anImpatientShutdownDoesNotWaitForLeftovers()
{
    const QJsonObject stop{{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 600'000}}}};
    RunningServer server(
        {{u"it"_s, wrapped(saver(600'000), stop)}}, {{u"shutdown_timeout_ms"_s, 1000}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "up ").size(), 1, patience);
    QCOMPARE(server.stop(), 0); // within 40 s, or it is -1
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLeftovers::aGroupWaitsForTheLeftoversOfItsMembers()
{
    const QJsonObject group{{u"group"_s, u"all"_s}, {u"strategy"_s, u"one_for_all"_s}};
    const QString other = u"echo \"other 1\" >> it; sleep 600"_s;
    RunningServer server(
        {{u"it"_s, wrapped(saver(700), group)}, {u"other"_s, wrapped(other, group)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isUp(server) && !linesOf(server, "other").isEmpty(), patience);
    QCOMPARE(::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(linesOf(server, "other").size(), 2, patience);
    QFile file(server.folder() + u"/it"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    QVERIFY2(content.indexOf("saved 1") < content.lastIndexOf("other"), content);
    QVERIFY2(content.contains("saved 1"), content);
}

QTEST_GUILESS_MAIN(TestLeftovers)
#include "tst_leftovers.moc"
