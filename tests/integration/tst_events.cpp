// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"
#include "support/smallfilesystem.h"

#include "protocol/keys.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}};
}

QJsonObject sleeperAndMore()
{
    return {{u"a"_s, command({helperProgram(u"sleeper"_s)})},
        {u"b"_s, command({helperProgram(u"sleeper"_s)})}};
}

QList<qint64> idsOf(const HubPeer &peer)
{
    QList<qint64> ids;
    for (const QJsonObject &frame : peer.framesOf(u"event"))
        ids.append(frame[keys::event][keys::id].toInteger());
    return ids;
}

QStringList typesIn(const QByteArray &lines)
{
    QStringList types;
    for (const QByteArray &line : lines.split('\n'))
        if (!line.isEmpty())
            types.append(QJsonDocument::fromJson(line)[keys::type].toString());
    return types;
}

} // namespace

/// The events of a server, over all its runs, as clients read them.
class TestEvents : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theCommandPrintsWhatHappenedBeforeThisServer();
    void theCommandSelects();
    void theCommandFollows();
    void theCommandSaysWhatItCannotDo();
    void httpGivesPages();
    void aWatcherGoesOnWhereItWas();
    void aWatcherHasTheNewestOnly();
    void theNextStartTellsHowTheLastEnded();
    void aFullDiskHoldsUpNothing();
    void aRemovedStateDirectoryHoldsUpNothing();
};

void TestEvents::theCommandPrintsWhatHappenedBeforeThisServer()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"restart"_s, u"a"_s}).exitCode, 0);
    QCOMPARE(server.stop(), 0);
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto printed = server.command({u"events"_s, u"--json"_s});
    QCOMPARE(printed.exitCode, 0);
    const QStringList types = typesIn(printed.standardOutput);
    QCOMPARE(types.first(), u"server_started"_s);
    QCOMPARE(types.count(u"server_started"_s), 2);
    QCOMPARE(types.count(u"server_stopped"_s), 1);
    QVERIFY(types.contains(u"command"_s));
    QVERIFY(types.contains(u"exit"_s));
    const auto people = server.command({u"events"_s, u"a"_s});
    QVERIFY2(people.standardOutput.contains("started as pid "), people.standardOutput);
    QVERIFY2(people.standardOutput.contains("restart asked by "), people.standardOutput);
    QVERIFY(!people.standardOutput.contains("b:0"));
    QVERIFY(!people.standardOutput.contains("server_started"));
}

void TestEvents::theCommandSelects()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto types = [&](const QStringList &words) {
        return typesIn(
            server.command(QStringList{u"events"_s, u"--json"_s} + words).standardOutput);
    };
    QCOMPARE(types({u"--type"_s, u"start,failed"_s}), (QStringList{u"start"_s, u"start"_s}));
    QCOMPARE(types({u"--type"_s, u"start"_s, u"b:0"_s}), QStringList{u"start"_s});
    QCOMPARE(types({u"-n"_s, u"1"_s}).size(), 1);
    QVERIFY(types({u"--since"_s, u"1h"_s}).size() > 4);
    QCOMPARE(types({u"--since"_s, u"2124-01-01T00:00:00"_s}), QStringList());
}

void TestEvents::theCommandFollows()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QProcess follower;
    follower.start(builtProgram(u"semper"_s),
        {u"events"_s, u"-f"_s, u"--json"_s, u"--socket"_s, server.socketPath()});
    QByteArray read;
    const auto hasRead = [&](const char *text) {
        read += follower.readAllStandardOutput();
        return read.contains(text);
    };
    QTRY_VERIFY_WITH_TIMEOUT(hasRead("\"start\""), patience);
    QCOMPARE(server.command({u"stop"_s, u"b"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(hasRead("\"exit\""), patience);
    QCOMPARE(server.stop(), 0);
    QVERIFY(QTest::qWaitFor([&] { return follower.state() == QProcess::NotRunning; }, patience));
    QCOMPARE(follower.exitCode(), 3);
    QVERIFY(hasRead("\"server_stopped\""));
}

void TestEvents::theCommandSaysWhatItCannotDo()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"events"_s, u"nosuch"_s}).exitCode, 1);
    QCOMPARE(server.command({u"events"_s, u"--since"_s, u"yesterday"_s}).exitCode, 2);
    QCOMPARE(server.command({u"events"_s, u"-n"_s, u"0"_s}).exitCode, 2);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(server.command({u"events"_s}).exitCode, 3);
}

void TestEvents::httpGivesPages()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QJsonObject first = server.get(u"/api/v1/events?limit=2"_s).toObject();
    QCOMPARE(first[keys::events].toArray().size(), 2);
    QVERIFY(first[keys::more].toBool());
    QCOMPARE(first[keys::events][0][keys::type], u"server_started"_s);
    QCOMPARE(first[keys::events][0][keys::previous], u"none"_s);
    const QJsonObject rest
        = server.get(u"/api/v1/events?after=%1"_s.arg(first[keys::next].toInteger())).toObject();
    QVERIFY(!rest[keys::more].toBool());
    QCOMPARE(rest[keys::events][0][keys::id].toInteger(), first[keys::next].toInteger() + 1);
    QVERIFY(server.get(u"/api/v1/events?limit=x"_s).isUndefined());
    const QJsonValue journal = server.get(u"/api/v1/server"_s)[keys::journal];
    QCOMPARE(journal[keys::state], u"ok"_s);
    QVERIFY(journal[keys::bytes].toInteger() > 0);
}

void TestEvents::aWatcherGoesOnWhereItWas()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer before(server.socketPath());
    before.watch({u"events"_s}, {{keys::after, 0}});
    QTRY_COMPARE_WITH_TIMEOUT(before.framesOf(u"replayed").size(), 1, patience);
    const qint64 last = idsOf(before).last();
    QCOMPARE(before.framesOf(u"replayed").first()[keys::lastId].toInteger(), last);
    QCOMPARE(server.stop(), 0);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"restart"_s, u"a"_s}).exitCode, 0);
    HubPeer peer(server.socketPath());
    peer.watch({u"events"_s}, {{keys::after, last}});
    QCOMPARE(server.command({u"restart"_s, u"b"_s}).exitCode, 0);
    const qint64 newest
        = server.get(u"/api/v1/events?newest=true&limit=1"_s)[keys::next].toInteger();
    QTRY_VERIFY_WITH_TIMEOUT(!idsOf(peer).isEmpty() && idsOf(peer).last() >= newest, patience);
    const QList<qint64> ids = idsOf(peer);
    for (qsizetype i = 0; i < ids.size(); ++i) // each once, none left out
        QCOMPARE(ids.at(i), last + 1 + i);
}

void TestEvents::aWatcherHasTheNewestOnly()
{
    RunningServer server(sleeperAndMore());
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer peer(server.socketPath());
    peer.watch({u"events"_s}, {{keys::limit, 2}, {keys::types, QJsonArray{u"start"_s}}});
    QTRY_COMPARE_WITH_TIMEOUT(peer.framesOf(u"replayed").size(), 1, patience);
    QCOMPARE(idsOf(peer).size(), 2);
    for (const QJsonObject &frame : peer.framesOf(u"event"))
        QCOMPARE(frame[keys::event][keys::type], u"start"_s);
}

void TestEvents::theNextStartTellsHowTheLastEnded()
{
    RunningServer server(sleeperAndMore());
    QStringList ends;
    for (int round = 0; round < 3; ++round) {
        QVERIFY2(server.start(), qPrintable(server.log()));
        const QJsonValue started = server.get(
            u"/api/v1/events?type=server_started&newest=true&limit=1"_s)[keys::events][0];
        ends.append(started[keys::previous].toString());
        if (round == 0) {
            QCOMPARE(server.stop(), 0);
        } else {
            ::kill(pid_t(server.serverPid()), SIGKILL);
            QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
        }
    }
    QCOMPARE(ends, (QStringList{u"none"_s, u"stopped"_s, u"lost"_s}));
}

void TestEvents::aFullDiskHoldsUpNothing()
{
    RunningServer server(sleeperAndMore(), {{u"state_directory"_s, u"state"_s}});
    const QString state = server.folder() + u"/state"_s;
    QVERIFY(QDir().mkdir(state));
    const SmallFileSystem disk(state, 1024 * 1024);
    if (!disk.isMounted())
        QSKIP("only root can have a small disk");
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString ballast = disk.fill();
    const auto journalIs = [&](const QString &what) {
        return server.get(u"/api/v1/server"_s)[keys::journal][keys::state] == what;
    };
    for (int i = 0; i < 40 && !journalIs(u"full"_s); ++i)
        QCOMPARE(server.command({u"restart"_s, u"a"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(journalIs(u"full"_s), patience);
    QCOMPARE(server.command({u"restart"_s, u"a"_s}).exitCode, 0);
    QVERIFY(QFile::remove(ballast));
    QTRY_VERIFY_WITH_TIMEOUT(journalIs(u"ok"_s), patience);
    const auto types = [&] {
        return typesIn(server.command({u"events"_s, u"--json"_s}).standardOutput);
    };
    QTRY_VERIFY_WITH_TIMEOUT(types().contains(u"journal_recovered"_s), patience);
    QVERIFY(types().contains(u"journal_failed"_s));
    QVERIFY(!types().contains(u"events_dropped"_s));
    QCOMPARE(server.stop(), 0);
}

void TestEvents::aRemovedStateDirectoryHoldsUpNothing()
{
    RunningServer server(sleeperAndMore(), {{u"state_directory"_s, u"state"_s}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(QDir(server.folder() + u"/state"_s).removeRecursively());
    QCOMPARE(server.command({u"restart"_s, u"a"_s}).exitCode, 0);
    const auto types = [&] {
        return typesIn(server.command({u"events"_s, u"--json"_s}).standardOutput);
    };
    QTRY_VERIFY_WITH_TIMEOUT(types().contains(u"journal_recovered"_s), patience);
    QVERIFY(types().contains(u"exit"_s));
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
