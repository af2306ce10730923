// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include "protocol/keys.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTcpSocket>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;
constexpr qint64 floodMs = 3000;
constexpr qint64 mebibyte = 1024 * 1024;

QJsonObject helper(const QStringList &words, QJsonObject more = {})
{
    QJsonArray command{helperProgram(words.first())};
    for (const QString &word : words.sliced(1))
        command.append(word);
    more.insert(u"command"_s, command);
    return more;
}

QJsonObject command(const QStringList &words, QJsonObject more = {})
{
    more.insert(u"command"_s, QJsonArray::fromStringList(words));
    return more;
}

/// Processor time that the server itself has used, of all its threads.
double processorSeconds(qint64 pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray text = file.readAll();
    const QByteArrayList fields = text.sliced(text.lastIndexOf(')') + 2).split(' ');
    return (fields.at(11).toDouble() + fields.at(12).toDouble()) / double(::sysconf(_SC_CLK_TCK));
}

} // namespace

/// One process that says more than anybody can use costs the others, the log and the memory of the
/// server little.
class TestFloods : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProcessThatTogglesReadyFillsNeitherLogNorJournal();
    void aProcessThatChangesItsStatusAllTheTimeIsToldOfNowAndThen();
    void metricsThatFloodReachWatchersAtAPace();
    void aDeathIsToldInTheOrderOfTime();
    void outputThatFloodsIsBoundedInTheLog();
    void aFailureIsLoggedOnceAndAsAnError();
    void theLastOutputComesBeforeTheExit();
    void clientsLeaveDescriptorsForRestarts_data();
    void clientsLeaveDescriptorsForRestarts();
};

void TestFloods::aProcessThatTogglesReadyFillsNeitherLogNorJournal()
{
    RunningServer server({{u"calm"_s, helper({u"sleeper"_s})},
        {u"flood"_s,
            helper({u"chatter"_s, uR"({"type":"ready","ready":false})"_s,
                uR"({"type":"ready"})"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().count(u"flood: not ready"_s) > 10, patience);
    const qsizetype before = server.log().size();
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.hasExpired(floodMs), patience);
    const qsizetype grown = server.log().size() - before;
    QVERIFY2(grown < 64 * 1024, qPrintable(QString::number(grown)));

    // The count is told every 10 s, and how it is meanwhile.
    QTRY_VERIFY_WITH_TIMEOUT(
        server.log().contains(u" events left out, too many; it is "_s), patience);
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s}, {{keys::after, 0}});
    const auto told = [&watcher](const QString &process, const QString &type) {
        const QList<QJsonObject> frames = watcher.framesOf(u"event");
        return std::ranges::count_if(frames, [&](const QJsonObject &frame) {
            const QJsonObject event = frame.value(keys::event).toObject();
            return event.value(keys::process) == process && event.value(keys::type) == type;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(told(u"flood"_s, u"events_dropped"_s) > 0, patience);
    QCOMPARE(told(u"calm"_s, u"start"_s), 1);
    QVERIFY(told(u"flood"_s, u"ready"_s) < 200);
    QCOMPARE(server.stop(), 0);
}

void TestFloods::aProcessThatChangesItsStatusAllTheTimeIsToldOfNowAndThen()
{
    QStringList words{u"chatter"_s};
    for (int i = 0; i < 50; ++i)
        words.append(uR"({"type":"status","text":"at %1"})"_s.arg(i));
    RunningServer server({{u"flood"_s, helper(words)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"flood"_s)[u"status"_s].toString().startsWith(u"at "_s), patience);
    HubPeer watcher(server.socketPath());
    watcher.watch({u"state"_s});
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"snapshot").isEmpty(), patience);
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.hasExpired(floodMs), patience);
    const qsizetype count = watcher.framesOf(u"state").size();
    const auto most = 100 + qsizetype(20 * (clock.elapsed() + 1000) / 1000);
    QVERIFY2(count > 3 && count <= most, qPrintable(QString::number(count)));
    // Whoever is told late is told the newest.
    ::kill(pid_t(server.process(u"flood"_s)[u"pid"_s].toInteger()), SIGSTOP);
    const auto agrees = [&] {
        const QJsonValue last = watcher.framesOf(u"state").constLast().value(keys::process);
        return last[u"status"_s] == server.process(u"flood"_s)[u"status"_s];
    };
    QTRY_VERIFY_WITH_TIMEOUT(agrees(), patience);
    ::kill(pid_t(server.process(u"flood"_s)[u"pid"_s].toInteger()), SIGCONT);
    QCOMPARE(server.stop(), 0);
}

void TestFloods::metricsThatFloodReachWatchersAtAPace()
{
    QStringList words{u"chatter"_s};
    for (int i = 1; i <= 20; ++i)
        words.append(uR"({"type":"metrics","gauges":{"depth":%1}})"_s.arg(i));
    RunningServer server({{u"flood"_s, helper(words)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"metrics"_s});
    const auto frames = [&] { return watcher.framesOf(u"metrics"); };
    QTRY_VERIFY_WITH_TIMEOUT(frames().size() > 3, patience);
    watcher.forget();
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.hasExpired(floodMs), patience);
    const auto most = qsizetype(10 * (clock.elapsed() + 1000) / 1000);
    QVERIFY2(frames().size() > 3 && frames().size() <= most,
        qPrintable(QString::number(frames().size())));
    QVERIFY(frames().constLast().value(keys::gauges)[u"depth"_s].toInt() > 0);
    QCOMPARE(server.stop(), 0);
}

void TestFloods::aDeathIsToldInTheOrderOfTime()
{
    const QJsonObject restart{{u"restart"_s, QJsonObject{{u"first_delay_ms"_s, 1500}}}};
    const QString frame = uR"({"type":"metrics","gauges":{"depth":1}})"_s;
    RunningServer server({{u"it"_s, helper({u"chatter"_s, frame}, restart)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"metrics"_s, u"events"_s, u"log"_s});
    QTRY_VERIFY_WITH_TIMEOUT(watcher.framesOf(u"metrics").size() > 3, patience);
    QCOMPARE(::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
    const auto indexOf = [&watcher](const QString &type) {
        const auto isIt
            = [&type](const QJsonObject &it) { return it[keys::event][keys::type] == type; };
        return std::ranges::find_if(watcher.frames(), isIt) - watcher.frames().begin();
    };
    QTRY_VERIFY_WITH_TIMEOUT(indexOf(u"start"_s) < watcher.frames().size(), patience);
    for (qsizetype i = indexOf(u"exit"_s); i < indexOf(u"start"_s); ++i)
        QVERIFY2(
            watcher.frames().at(i)[keys::type] == u"event"_s, encodeFrame(watcher.frames().at(i)));
}

void TestFloods::outputThatFloodsIsBoundedInTheLog()
{
    RunningServer server(
        {{u"yes"_s, command({u"yes"_s})}, {u"wide"_s, command({u"yes"_s, QString(4000, u'x')})},
            {u"calm"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto dropped = [&](const QString &process) {
        return server.log().contains(QRegularExpression(process + u" \\| … \\d+ lines dropped"_s));
    };
    QTRY_VERIFY_WITH_TIMEOUT(dropped(u"yes"_s) && dropped(u"wide"_s), patience);
    const qsizetype before = server.log().size();
    const double used = processorSeconds(server.serverPid());
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.hasExpired(floodMs), patience);
    const double seconds = double(clock.elapsed()) / 1000;
    const qsizetype grown = server.log().size() - before;
    // Of each 256 KiB in a second, and of one what is left of its first 2 MiB.
    const double most = double(mebibyte) * (0.5 * (seconds + 1) + 4);
    QVERIFY2(double(grown) < most, qPrintable(QString::number(grown)));
    const double share = (processorSeconds(server.serverPid()) - used) / seconds;
    qInfo("two floods cost the server %.0f %% of a core", 100 * share);

    const qint64 pid = server.process(u"calm"_s)[u"pid"_s].toInteger();
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"calm"_s)[u"restarts"_s], 1, patience);
    QCOMPARE(server.stop(), 0);
}

void TestFloods::aFailureIsLoggedOnceAndAsAnError()
{
    RunningServer server({{u"broken"_s,
        helper(
            {u"exit-with"_s, u"3"_s}, {{u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString told = u"error semper.server.supervisor: broken: failed: exited with code 3"_s;
    QTRY_VERIFY2_WITH_TIMEOUT(server.log().contains(told), qPrintable(server.log()), patience);
    QCOMPARE(server.stop(), 0);
    const QStringList lines = server.log().split(u'\n').filter(u"broken: "_s);
    QCOMPARE(lines.filter(u"failed"_s).size(), 1);
    QCOMPARE(
        lines.filter(u"info semper.server.supervisor: broken: exited with code 3"_s).size(), 1);
}

void TestFloods::theLastOutputComesBeforeTheExit()
{
    RunningServer server({{u"talker"_s,
        command({u"sh"_s, u"-c"_s, u"echo one; echo two; printf three; exit 3"_s},
            {{u"restart"_s,
                QJsonObject{
                    {u"backoff_ms"_s, 1}, {u"backoff_max_ms"_s, 20}, {u"max_restarts"_s, 30}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"talker"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.stop(), 0);
    QStringList order;
    for (const QString &line : server.log().split(u'\n')) {
        if (line.startsWith(u"talker | "_s))
            order.append(line.sliced(9));
        else if (line.contains(u"talker: exited with code 3"_s))
            order.append(u"exit"_s);
    }
    QCOMPARE(order.size(), 31 * 4);
    for (qsizetype i = 0; i < order.size(); i += 4)
        QCOMPARE(order.sliced(i, 4), (QStringList{u"one"_s, u"two"_s, u"three"_s, u"exit"_s}));
}

void TestFloods::clientsLeaveDescriptorsForRestarts_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("silent over HTTP") << u"http"_s << QByteArray();
    // An answer that is due has a descriptor of its own.
    QTest::newRow("half a call over RPC") << u"rpc"_s << QByteArray("{");
}

void TestFloods::clientsLeaveDescriptorsForRestarts()
{
    QFETCH(const QString, type);
    QFETCH(const QByteArray, bytes);
    // The server's too, which it starts with; so this is the last test.
    const rlimit few{.rlim_cur = 300, .rlim_max = 300};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const QJsonObject service{{u"type"_s, type}, {u"listen"_s, u"127.0.0.1:0"_s},
        {u"processes"_s, QJsonObject{{u"calm"_s, helper({u"sleeper"_s})}}}};
    RunningServer server({}, {{u"services"_s, QJsonObject{{u"door"_s, service}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QUrl address = server.serviceAddress(u"door"_s);
    std::vector<std::unique_ptr<QTcpSocket>> clients;
    for (int i = 0; i < 200; ++i) { // half of all are for clients
        clients.push_back(std::make_unique<QTcpSocket>());
        clients.back()->connectToHost(address.host(), quint16(address.port()));
        if (!bytes.isEmpty())
            clients.back()->write(bytes);
    }
    const auto areConnected = [&clients] {
        return std::ranges::all_of(clients, [](const auto &client) {
            return client->state() == QAbstractSocket::ConnectedState
                || client->state() == QAbstractSocket::UnconnectedState;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(areConnected(), patience);
    for (int round = 1; round <= 5; ++round) {
        HubPeer watcher(server.socketPath());
        watcher.watch({u"state"_s});
        QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"snapshot").isEmpty(), patience);
        const QJsonArray processes
            = watcher.framesOf(u"snapshot").constLast().value(keys::processes).toArray();
        const qint64 pid = processes.first()[u"pid"_s].toInteger();
        QVERIFY(pid > 0);
        QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
        const auto restarts = [&watcher] {
            const QList<QJsonObject> frames = watcher.framesOf(u"state");
            const QJsonValue last
                = frames.isEmpty() ? QJsonValue() : frames.last().value(keys::process);
            return last[u"ready"_s].toBool() ? last[u"restarts"_s].toInt() : -1;
        };
        QTRY_COMPARE_WITH_TIMEOUT(restarts(), round, patience);
    }
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestFloods)
#include "tst_floods.moc"
