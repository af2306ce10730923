// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/keys.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

#include <csignal>
#include <memory>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 10000;

// AddressSanitizer keeps freed memory for a while and puts a margin around each block.
#ifdef __SANITIZE_ADDRESS__
constexpr qint64 memoryBound = 256 * 1024 * 1024;
#else
constexpr qint64 memoryBound = 16 * 1024 * 1024;
#endif

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}};
}

QByteArray tokenOf(qint64 pid)
{
    QFile file(u"/proc/%1/environ"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    for (const QByteArray &entry : file.readAll().split('\0'))
        if (entry.startsWith("SEMPER_TOKEN="))
            return entry.mid(13);
    return {};
}

qint64 residentBytes(qint64 pid)
{
    QFile file(u"/proc/%1/statm"_s.arg(pid));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLongLong() * 4096
                                          : 0;
}

} // namespace

/// A real server, and peers that know the protocol more or less.
class TestHub : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void nonsenseGetsOneErrorAndAClose_data();
    void nonsenseGetsOneErrorAndAClose();
    void halvesOfFramesAreUnderstood();
    void whoSaysNothingIsClosed();
    void aStrangerIsNoProcess();
    void aSubscriptionBringsASnapshotThenWhatChanges();
    void onlyTheProcessesAskedForAreTold();
    void eventsAreReplayedFromWhereTheWatcherLeftOff();
    void commandsAreAnswered_data();
    void commandsAreAnswered();
    void outputReachesWatchers();
    void aWatcherThatDoesNotReadGetsAFreshSnapshot();
    void aProcessInPlainCIsHeard();
    void aSecondServerIsRefusedAndAStaleSocketReplaced();
    void theSocketIsThisUsersAlone();

private:
    std::unique_ptr<RunningServer> m_server;
};

void TestHub::initTestCase()
{
    m_server = std::make_unique<RunningServer>(QJsonObject{
        {u"quiet"_s, command({helperProgram(u"sleeper"_s)})},
        {u"other"_s, command({helperProgram(u"sleeper"_s)})},
        {u"speaker"_s,
            command({helperProgram(u"speak-frames"_s), u"{\"type\":\"status\",\"text\":\"busy\"}"_s,
                u"{\"type\":\"metrics\",\"gauges\":{\"depth\":17}}"_s})},
        {u"printer"_s,
            QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"flood"_s), u"3"_s}},
                {u"enabled"_s, false}}},
    });
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
}

void TestHub::cleanupTestCase()
{
    QCOMPARE(m_server->stop(), 0);
}

void TestHub::nonsenseGetsOneErrorAndAClose_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("code");
    const QByteArray watcher = "{\"type\":\"hello\",\"role\":\"watcher\"}\n";
    QTest::newRow("garbage") << QByteArray("\x01\xff\x80 hello\n") << u"bad_frame"_s;
    QTest::newRow("http") << QByteArray("GET / HTTP/1.1\r\n\r\n") << u"bad_frame"_s;
    QTest::newRow("array") << QByteArray("[]\n") << u"bad_frame"_s;
    QTest::newRow("no hello") << QByteArray("{\"type\":\"heartbeat\"}\n") << u"no_hello"_s;
    QTest::newRow("empty hello") << QByteArray("{\"type\":\"hello\"}\n") << u"bad_hello"_s;
    QTest::newRow("unknown role") << QByteArray("{\"type\":\"hello\",\"role\":\"king\"}\n")
                                  << u"bad_hello"_s;
    QTest::newRow("a megabyte without a newline")
        << QByteArray(1024 * 1024, 'x') << u"frame_too_long"_s;
    QTest::newRow("wrong token") << QByteArray(
        "{\"type\":\"hello\",\"process\":\"quiet\",\"instance\":0,\"token\":\"no\"}\n")
                                 << u"not_allowed"_s;
    QTest::newRow("unknown process")
        << QByteArray("{\"type\":\"hello\",\"process\":\"nobody\",\"token\":\"no\"}\n")
        << u"not_allowed"_s;
    QTest::newRow("unknown type") << watcher + "{\"type\":\"sing\"}\n" << u"unknown_type"_s;
    QTest::newRow("a process's frame from a watcher") << watcher + "{\"type\":\"metrics\"}\n"
                                                      << u"unknown_type"_s;
    QTest::newRow("unknown topic")
        << watcher + "{\"type\":\"subscribe\",\"topics\":[\"secrets\"]}\n"
        << u"unknown_topic"_s;
}

void TestHub::nonsenseGetsOneErrorAndAClose()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, code);
    HubPeer peer(m_server->socketPath());
    peer.sendBytes(bytes);
    QTRY_VERIFY_WITH_TIMEOUT(!peer.isConnected(), patience);
    QCOMPARE(peer.framesOf(u"error").size(), 1);
    QCOMPARE(peer.errorCode(), code);
    QCOMPARE(m_server->process(u"quiet"_s)[u"state"_s], u"running"_s);
}

void TestHub::halvesOfFramesAreUnderstood()
{
    HubPeer peer(m_server->socketPath());
    const QByteArray bytes = "{\"type\":\"hello\",\"role\":\"watcher\"}\n"
                             "{\"type\":\"subscribe\",\"topics\":[\"state\"]}\n";
    for (const char byte : bytes)
        peer.sendBytes(QByteArray(1, byte));
    QTRY_COMPARE_WITH_TIMEOUT(peer.framesOf(u"snapshot").size(), 1, patience);
    QCOMPARE(peer.frames().first().value(keys::type), frames::welcome);
}

void TestHub::whoSaysNothingIsClosed()
{
    HubPeer peer(m_server->socketPath());
    peer.sendBytes("{\"type\":");
    QTRY_VERIFY_WITH_TIMEOUT(!peer.isConnected(), 2 * patience);
    QCOMPARE(peer.errorCode(), u"no_hello"_s);
}

void TestHub::aStrangerIsNoProcess()
{
    const qint64 pid = m_server->process(u"quiet"_s)[u"pid"_s].toInteger();
    const QByteArray token = tokenOf(pid);
    QVERIFY(token.size() >= 32);
    HubPeer thief(m_server->socketPath()); // the right token, from the wrong process
    thief.send({{keys::type, frames::hello}, {keys::process, u"quiet"_s}, {keys::instance, 0},
        {keys::token, QString::fromLatin1(token)}});
    QTRY_VERIFY_WITH_TIMEOUT(!thief.isConnected(), patience);
    QCOMPARE(thief.errorCode(), u"not_allowed"_s);
    QVERIFY(thief.framesOf(u"welcome").isEmpty());
}

void TestHub::aSubscriptionBringsASnapshotThenWhatChanges()
{
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"state"_s, u"events"_s, u"metrics"_s});
    QTRY_COMPARE_WITH_TIMEOUT(watcher.framesOf(u"snapshot").size(), 1, patience);
    const QJsonObject snapshot = watcher.framesOf(u"snapshot").first();
    QCOMPARE(snapshot.value(keys::last), true);
    QCOMPARE(snapshot.value(keys::processes).toArray().size(), 4);
    QCOMPARE(snapshot.value(keys::server)[keys::pid].toInteger(), m_server->serverPid());

    const QJsonObject before = m_server->process(u"quiet"_s);
    QCOMPARE(::kill(pid_t(before[u"pid"_s].toInteger()), SIGKILL), 0);
    const auto relaunched = [&] {
        for (const QJsonObject &frame : watcher.framesOf(u"state")) {
            const QJsonValue process = frame.value(keys::process);
            if (process[keys::name] == u"quiet"_s && process[keys::state] == u"running"_s)
                return process[keys::restarts].toInt() == before[u"restarts"_s].toInt() + 1
                    && process[keys::pid] != before[u"pid"_s];
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(relaunched(), patience);

    QStringList types;
    qint64 lastId = 0;
    for (const QJsonObject &frame : watcher.framesOf(u"event")) {
        const QJsonValue event = frame.value(keys::event);
        QVERIFY(lastId == 0 || event[keys::id].toInteger() == lastId + 1);
        lastId = event[keys::id].toInteger();
        types.append(event[keys::type].toString());
    }
    QCOMPARE(types, QStringList({u"unready"_s, u"exit"_s, u"start"_s, u"ready"_s}));

    // Sampled by the server, for a command that says nothing of itself.
    const auto sampled = [&] {
        for (const QJsonObject &frame : watcher.framesOf(u"sample"))
            if (frame.value(keys::process) == u"other"_s
                && frame.value(keys::memoryBytes).toInteger() > 0)
                return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(sampled(), patience);
    for (const QJsonObject &frame : watcher.framesOf(u"metrics")) // which are a process's own
        QVERIFY(!frame.contains(keys::cpuRatio) && frame.contains(keys::gauges));
}

void TestHub::onlyTheProcessesAskedForAreTold()
{
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"state"_s}, {{keys::processes, QJsonArray{u"other"_s}}});
    QTRY_COMPARE_WITH_TIMEOUT(watcher.framesOf(u"snapshot").size(), 1, patience);
    QCOMPARE(watcher.framesOf(u"snapshot").first().value(keys::processes).toArray().size(), 1);
    QCOMPARE(m_server->command({u"restart"_s, u"quiet"_s}).exitCode, 0);
    QCOMPARE(m_server->command({u"restart"_s, u"other"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"state").isEmpty(), patience);
    for (const QJsonObject &frame : watcher.framesOf(u"state"))
        QCOMPARE(frame.value(keys::process)[keys::name], u"other"_s);
}

void TestHub::eventsAreReplayedFromWhereTheWatcherLeftOff()
{
    HubPeer all(m_server->socketPath());
    all.watch({u"events"_s}, {{keys::after, 0}});
    QTRY_VERIFY_WITH_TIMEOUT(all.framesOf(u"event").size() > 5, patience);
    const QJsonValue first = all.framesOf(u"event").first().value(keys::event);
    QCOMPARE(first[keys::type], u"server_started"_s);
    const qint64 id = all.framesOf(u"event").at(3).value(keys::event)[keys::id].toInteger();

    HubPeer rest(m_server->socketPath());
    rest.watch({u"events"_s}, {{keys::after, id}});
    QTRY_VERIFY_WITH_TIMEOUT(!rest.framesOf(u"event").isEmpty(), patience);
    QCOMPARE(rest.framesOf(u"event").first().value(keys::event)[keys::id].toInteger(), id + 1);
}

void TestHub::commandsAreAnswered_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("selector");
    QTest::addColumn<QString>("error");
    QTest::newRow("restart") << u"restart"_s << u"other"_s << QString();
    QTest::newRow("instance") << u"reset"_s << u"other:0"_s << QString();
    QTest::newRow("unknown action") << u"explode"_s << u"other"_s << u"unknown_action"_s;
    QTest::newRow("unknown process") << u"stop"_s << u"nobody"_s << u"unknown_process"_s;
    QTest::newRow("unknown instance") << u"stop"_s << u"other:7"_s << u"unknown_process"_s;
    QTest::newRow("bad selector") << u"stop"_s << u"other:x"_s << u"bad_selector"_s;
    QTest::newRow("negative") << u"stop"_s << u"other:-1"_s << u"bad_selector"_s;
    QTest::newRow("nothing") << u"stop"_s << QString() << u"unknown_process"_s;
}

void TestHub::commandsAreAnswered()
{
    QFETCH(const QString, action);
    QFETCH(const QString, selector);
    QFETCH(const QString, error);
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"state"_s});
    watcher.send({{keys::type, frames::command}, {keys::id, 7}, {keys::action, action},
        {keys::process, selector}});
    QTRY_COMPARE_WITH_TIMEOUT(watcher.framesOf(u"result").size(), 1, patience);
    const QJsonObject result = watcher.framesOf(u"result").first();
    QCOMPARE(result.value(keys::id), 7);
    QCOMPARE(result.value(keys::error)[keys::code].toString(), error);
    QCOMPARE(result.value(keys::ok).toBool(), error.isEmpty());
    QCOMPARE(result.value(keys::event).toInteger() > 0, error.isEmpty());
    QVERIFY(watcher.isConnected()); // a wrong command is no nonsense
}

void TestHub::outputReachesWatchers()
{
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"log"_s}, {{keys::processes, QJsonArray{u"printer"_s}}});
    QCOMPARE(m_server->command({u"start"_s, u"printer"_s}).exitCode, 0);
    const auto lines = [&] {
        QStringList all;
        for (const QJsonObject &frame : watcher.framesOf(u"log"))
            for (const QJsonValue &line : frame.value(keys::lines).toArray())
                all.append(line.toString());
        return all;
    };
    QTRY_COMPARE_WITH_TIMEOUT(lines().size(), 4, patience); // "ready" and three
    QCOMPARE(lines().first(), u"ready"_s);
    QVERIFY(m_server->log().contains(u"printer | ready"));
    QCOMPARE(m_server->command({u"stop"_s, u"printer"_s}).exitCode, 0);
}

void TestHub::aWatcherThatDoesNotReadGetsAFreshSnapshot()
{
    HubPeer slow(m_server->socketPath());
    slow.watch({u"state"_s, u"events"_s, u"log"_s});
    QTRY_COMPARE_WITH_TIMEOUT(slow.framesOf(u"snapshot").size(), 1, patience);
    slow.stopReading();
    slow.forget();

    // Each command is an event: far more than what the kernel and the slow one's queue hold.
    constexpr int commands = 8000;
    HubPeer quick(m_server->socketPath());
    quick.watch({u"state"_s});
    const qint64 before = residentBytes(m_server->serverPid());
    for (int i = 0; i < commands; ++i)
        quick.send({{keys::type, frames::command}, {keys::id, i}, {keys::action, u"reset"_s},
            {keys::process, u"other"_s}});
    QTRY_COMPARE_WITH_TIMEOUT(quick.framesOf(u"result").size(), commands, 6 * patience);
    QVERIFY(residentBytes(m_server->serverPid()) - before < memoryBound);

    slow.resumeReading();
    const auto fresh = [&] {
        const auto snapshots = slow.framesOf(u"snapshot");
        return !snapshots.isEmpty() && snapshots.last().value(keys::missed).toInteger() > 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(fresh(), patience);
}

void TestHub::aProcessInPlainCIsHeard()
{
    QTRY_COMPARE_WITH_TIMEOUT(m_server->process(u"speaker"_s)[u"status"_s], u"busy"_s, patience);
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"metrics"_s}, {{keys::processes, QJsonArray{u"speaker"_s}}});
    const auto depth = [&] {
        const auto metrics = watcher.framesOf(u"metrics");
        return metrics.isEmpty() ? 0 : metrics.last().value(keys::gauges)[u"depth"_s].toInt();
    };
    QTRY_COMPARE_WITH_TIMEOUT(depth(), 17, patience);
}

void TestHub::aSecondServerIsRefusedAndAStaleSocketReplaced()
{
    RunningServer server({});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const qint64 pid = server.serverPid();

    QProcess second;
    second.setWorkingDirectory(server.folder());
    second.start(builtProgram(u"semper"_s),
        {u"serve"_s, u"--config"_s, u"semper.json"_s, u"--socket"_s, server.socketPath()});
    QTRY_COMPARE_WITH_TIMEOUT(second.state(), QProcess::NotRunning, patience);
    QCOMPARE(second.exitCode(), 1);
    const QByteArray complaint = second.readAllStandardError();
    QVERIFY2(complaint.contains("another server is running as pid " + QByteArray::number(pid)),
        complaint.constData());

    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QVERIFY(QFileInfo::exists(server.socketPath())); // nobody was left to remove it
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(HubPeer(server.socketPath()).isConnected());
}

void TestHub::theSocketIsThisUsersAlone()
{
    const QFileInfo socket(m_server->socketPath());
    QCOMPARE(socket.permissions()
            & ~(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser),
        QFile::Permissions());
    const QFileInfo folder(m_server->folder());
    QVERIFY(!folder.permission(QFile::ReadGroup) && !folder.permission(QFile::ReadOther));
}

QTEST_GUILESS_MAIN(TestHub)
#include "tst_hub.moc"
