// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/keys.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QLocalSocket>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject notify(const QStringList &words)
{
    return {
        {u"command"_s, QJsonArray::fromStringList(QStringList(helperProgram(u"notify"_s)) + words)},
        {u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}}}};
}

QByteArray variable(qint64 pid, const QByteArray &name)
{
    QFile file(u"/proc/%1/environ"_s.arg(pid));
    const auto entries
        = file.open(QIODevice::ReadOnly) ? file.readAll().split('\0') : QByteArrayList();
    for (const QByteArray &entry : entries)
        if (entry.startsWith(name + '='))
            return entry.sliced(name.size() + 1);
    return {};
}

/// What a cleaner does.
enum class Deed { Remove, Move, Replace };

bool commit(Deed deed, const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return false;
    switch (deed) {
    case Deed::Remove:
        if (!info.isDir())
            return QFile::remove(path);
        // The server may put something into a folder between the removal of what was in it and its
        // own.
        for (int attempt = 0; attempt < 100; ++attempt)
            if (QDir(path).removeRecursively())
                return true;
        return false;
    case Deed::Move:
        return QFile::rename(path, path + u".away"_s);
    case Deed::Replace: {
        QFile other(path + u".other"_s);
        return other.open(QIODevice::WriteOnly)
            && ::rename(QFile::encodeName(other.fileName()).constData(),
                   QFile::encodeName(path).constData())
            == 0;
    }
    }
    return false;
}

} // namespace

/// A cleaner of /tmp or /run takes away what a server has made there.
class TestCleaner : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theHubsSocketIsMadeAnew_data();
    void theHubsSocketIsMadeAnew();
    void itIsDoneAgainAndAgain();
    void whatCannotBeDoneYetIsTriedAgain();
    void aLinkToItsFolderIsWatchedToo();
    void theSocketOfAListenerIsMadeAnew_data();
    void theSocketOfAListenerIsMadeAnew();
    void aNotifySocketIsMadeAnew_data();
    void aNotifySocketIsMadeAnew();
    void launchesLeaveNoneBehind();
};

void TestCleaner::theHubsSocketIsMadeAnew_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<Deed>("deed");
    QTest::newRow("the socket is removed") << u"run/semper/x.sock"_s << Deed::Remove;
    QTest::newRow("the socket is moved") << u"run/semper/x.sock"_s << Deed::Move;
    QTest::newRow("the socket is replaced") << u"run/semper/x.sock"_s << Deed::Replace;
    QTest::newRow("the lock is removed") << u"run/semper/x.sock.lock"_s << Deed::Remove;
    QTest::newRow("the lock is replaced") << u"run/semper/x.sock.lock"_s << Deed::Replace;
    QTest::newRow("the folder is removed") << u"run/semper"_s << Deed::Remove;
    QTest::newRow("the folder is moved") << u"run/semper"_s << Deed::Move;
    QTest::newRow("what it is in is removed") << u"run"_s << Deed::Remove;
    QTest::newRow("what it is in is moved") << u"run"_s << Deed::Move;
}

void TestCleaner::theHubsSocketIsMadeAnew()
{
    QFETCH(const QString, path);
    QFETCH(const Deed, deed);
    const QString plugins = qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
    // Begins to speak once the socket is another one.
    const QJsonObject late{{u"command"_s,
        QJsonArray{u"sh"_s, u"-c"_s,
            u"until test -e go; do sleep 0.02; done; exec %1 '{\"type\":\"status\",\"text\":\"here\"}'"_s
                .arg(helperProgram(u"speak-frames"_s))}}};
    RunningServer server(
        {{u"class"_s, QJsonObject{{u"class"_s, u"test::Echo"_s}}}, {u"late"_s, late}},
        {{u"plugin_directories"_s, QJsonArray{plugins}}});
    server.placeSocket(u"run/semper/x.sock"_s);
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer before(server.socketPath());
    before.watch({u"events"_s});
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"class"_s)[u"alive"_s], true, patience);

    QVERIFY(commit(deed, server.folder() + u'/' + path));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(u"was made anew"_s), qPrintable(server.log()), patience);
    QCOMPARE(server.command({u"status"_s}).exitCode, 0);
    struct stat about = {};
    QCOMPARE(::lstat(QFile::encodeName(server.socketPath()).constData(), &about), 0);
    QCOMPARE(about.st_mode, mode_t(S_IFSOCK | 0600));
    // Who was connected still is, and is told.
    const auto isTold = [&before] {
        for (const QJsonObject &frame : before.framesOf(u"event"))
            if (frame[keys::event][keys::type] == u"socket_restored"_s)
                return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isTold(), patience);
    QVERIFY(before.isConnected());
    // A process that began before finds the path that it was given.
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"late"_s)[u"status"_s], u"here"_s, patience);
    // One that is started anew is not hung.
    QCOMPARE(::kill(pid_t(server.process(u"class"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"class"_s)[u"restarts"_s], 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"class"_s)[u"alive"_s], true, patience);
    QVERIFY2(!server.log().contains(u"hung"_s), qPrintable(server.log()));
    // The lock is in force again.
    QProcess second;
    second.start(builtProgram(u"semper"_s),
        {u"serve"_s, u"--demo"_s, u"--socket"_s, server.socketPath(), u"--state-directory"_s,
            server.folder() + u"/other"_s});
    QVERIFY(second.waitForFinished(patience));
    QCOMPARE(second.exitCode(), 1);
    const QByteArray reason = second.readAllStandardError();
    QVERIFY2(reason.contains("another server is running as pid"), reason.constData());
    QCOMPARE(server.command({u"status"_s}).exitCode, 0);
    QCOMPARE(server.stop(), 0);
    QVERIFY(!QFileInfo::exists(server.socketPath()));
}

void TestCleaner::itIsDoneAgainAndAgain()
{
    RunningServer server({});
    server.placeSocket(u"run/x.sock"_s);
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int i = 1; i <= 5; ++i) {
        QVERIFY(commit(Deed::Remove, server.folder() + u"/run"_s));
        QTRY_COMPARE_WITH_TIMEOUT(server.log().count(u"was made anew"_s), i, patience);
        QCOMPARE(server.command({u"status"_s}).exitCode, 0);
    }
}

void TestCleaner::whatCannotBeDoneYetIsTriedAgain()
{
    RunningServer server({});
    server.placeSocket(u"run/x.sock"_s);
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString run = server.folder() + u"/run"_s;
    QVERIFY(QFile::rename(run, run + u".away"_s));
    QFile inTheWay(run);
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(u"cannot be made anew: "_s), qPrintable(server.log()), patience);
    QVERIFY(inTheWay.remove());
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"was made anew"_s), patience);
    QCOMPARE(server.command({u"status"_s}).exitCode, 0);
    QCOMPARE(server.log().count(u"cannot be made anew: "_s), 1);
}

void TestCleaner::aLinkToItsFolderIsWatchedToo()
{
    RunningServer server({});
    server.placeSocket(u"run/x.sock"_s);
    const QString run = server.folder() + u"/run"_s;
    QVERIFY(QDir().mkpath(run + u".real"_s));
    QVERIFY(QFile::link(run + u".real"_s, run + u".link"_s));
    QVERIFY(QFile::link(run + u".link"_s, run));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(QFile::remove(run + u".link"_s)); // run leads nowhere
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"cannot be made anew: "_s), patience);
    QVERIFY(QFile::remove(run));
    QTRY_COMPARE_WITH_TIMEOUT(server.log().count(u"was made anew"_s), 1, patience);
    QVERIFY(!QFileInfo(run).isSymbolicLink());
    // The folder is exchanged for a link to it, and then that is removed.
    const QByteArray now = QFile::encodeName(run);
    const QByteArray link = now + ".new";
    QCOMPARE(::symlink(link.constData(), link.constData()), 0); // where the folder will be
    QCOMPARE(
        ::renameat2(AT_FDCWD, link.constData(), AT_FDCWD, now.constData(), RENAME_EXCHANGE), 0);
    QCOMPARE(server.command({u"status"_s}).exitCode, 0);
    QTest::qWait(200); // until that was looked at; it is nothing to tell of
    QVERIFY(QFile::remove(run));
    QTRY_COMPARE_WITH_TIMEOUT(server.log().count(u"was made anew"_s), 2, patience);
    QCOMPARE(server.command({u"status"_s}).exitCode, 0);
}

void TestCleaner::theSocketOfAListenerIsMadeAnew_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<Deed>("deed");
    QTest::newRow("the socket is removed") << u"run/c.sock"_s << Deed::Remove;
    QTest::newRow("the socket is moved") << u"run/c.sock"_s << Deed::Move;
    QTest::newRow("the folder is removed") << u"run"_s << Deed::Remove;
}

void TestCleaner::theSocketOfAListenerIsMadeAnew()
{
    QFETCH(const QString, path);
    QFETCH(const Deed, deed);
    RunningServer server({});
    const QString folder = server.folder() + u"/run"_s;
    const QString socket = folder + u"/c.sock"_s;
    QVERIFY(QDir().mkpath(folder));
    const QJsonObject service{{u"type"_s, u"http"_s}, {u"listen"_s, QString(u"unix:"_s + socket)}};
    server.configure(QJsonObject(), {{u"services"_s, QJsonObject{{u"http"_s, service}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto answers = [&socket] {
        QLocalSocket client;
        client.connectToServer(socket);
        client.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return QTest::qWaitFor([&client] { return client.bytesAvailable() > 0; }, patience);
    };
    QVERIFY(answers());
    for (int i = 1; i <= 2; ++i) {
        QVERIFY(commit(deed, server.folder() + u'/' + path));
        if (!QFileInfo::exists(folder)) { // who made it has to make it again
            QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"cannot be made anew: "_s), patience);
            QVERIFY(QDir().mkpath(folder));
        }
        QTRY_COMPARE_WITH_TIMEOUT(server.log().count(u"was made anew"_s), i, patience);
        QVERIFY(answers());
        QFile::remove(server.folder() + u'/' + path + u".away"_s);
    }
    QCOMPARE(server.stop(), 0);
    QVERIFY(!QFileInfo::exists(socket));
}

void TestCleaner::aNotifySocketIsMadeAnew_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<Deed>("deed");
    QTest::newRow("the socket is removed") << QString() << Deed::Remove;
    QTest::newRow("the socket is moved") << QString() << Deed::Move;
    QTest::newRow("the folder is removed") << u"run/x.notify"_s << Deed::Remove;
    QTest::newRow("the folder is moved") << u"run/x.notify"_s << Deed::Move;
    QTest::newRow("what it is in is removed") << u"run"_s << Deed::Remove;
}

void TestCleaner::aNotifySocketIsMadeAnew()
{
    QFETCH(const QString, path);
    QFETCH(const Deed, deed);
    RunningServer server({{u"it"_s, notify({u"after:go"_s, u"READY=1"_s})}});
    server.placeSocket(u"run/x.sock"_s);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"pid"_s].toInteger() > 0, patience);
    const QString socket = QFile::decodeName(
        variable(server.process(u"it"_s)[u"pid"_s].toInteger(), "NOTIFY_SOCKET"));
    QVERIFY2(socket.startsWith(server.folder() + u"/run/x.notify/"_s), qPrintable(socket));
    QVERIFY(commit(deed, path.isEmpty() ? socket : server.folder() + u'/' + path));
    static const QRegularExpression told(u"x\\.notify\\S* was made anew"_s);
    QTRY_VERIFY2_WITH_TIMEOUT(server.log().contains(told), qPrintable(server.log()), patience);
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(socket), patience);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QCOMPARE(server.stop(), 0);
    QVERIFY(!QFileInfo::exists(server.folder() + u"/run/x.notify"_s));
}

void TestCleaner::launchesLeaveNoneBehind()
{
    RunningServer server({{u"it"_s, notify({u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int i = 0; i < 5; ++i)
        QCOMPARE(server.command({u"restart"_s, u"it"_s}).exitCode, 0);
    const QDir folder(server.socketPath() + u".notify"_s);
    QTRY_COMPARE_WITH_TIMEOUT(folder.entryList(QDir::System).size(), 1, patience);
    QVERIFY2(!server.log().contains(u"was made anew"_s), qPrintable(server.log()));
}

QTEST_GUILESS_MAIN(TestCleaner)
#include "tst_cleaner.moc"
