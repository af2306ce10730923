// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "cgroup/cgroup.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <csignal>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 10000;

/// Leaves a process that nothing but its group betrays: no parent, no session, no environment.
QString escapeScript(const QString &rest)
{
    return u"env -i %1 escaped; %2"_s.arg(helperProgram(u"escape"_s), rest);
}

QJsonObject shell(const QString &script, const QJsonObject &more = {})
{
    QJsonObject process = more;
    process.insert(u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script});
    return process;
}

QList<pid_t> pidsIn(const QString &path)
{
    QFile file(path);
    QList<pid_t> pids;
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray &line : file.readAll().split('\n'))
            if (!line.isEmpty())
                pids.append(line.toInt());
    return pids;
}

bool isAlive(pid_t pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    const QByteArray stat = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    return !stat.isEmpty() && !stat.contains(") Z ");
}

/// Where version 2 is mounted; empty where it is not.
QString mountOfVersion2()
{
    QFile file(u"/proc/self/mounts"_s);
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray &line : file.readAll().split('\n'))
            if (const QList<QByteArray> fields = line.split(' ');
                fields.size() > 2 && fields.at(2) == "cgroup2")
                return QFile::decodeName(fields.at(1));
    return {};
}

} // namespace

/// A real server in real control groups. Skipped where this user may not make any.
class TestCgroups : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();
    void allThatAServerStartsIsInItsGroup();
    void nothingIsLeftOfAGroupAfterAStop();
    void whatEscapedWithoutATraceDiesWithTheServer_data();
    void whatEscapedWithoutATraceDiesWithTheServer();
    void whatEscapedBothHalvesWithoutATraceIsKilledAtTheNextStart();
    void whatALaunchLeftWithoutATraceIsKilledBeforeTheNext_data();
    void whatALaunchLeftWithoutATraceIsKilledBeforeTheNext();
    void soIsWhatAHostLeftThatTookOverFromStandby();
    void oneThatWaitsIsInAGroupOfItsOwnAndItGoesWithIt();
    void theMemoryOfAGroupIsLimitedWhereTheKernelCannot();
    void aPlaceThatIsNoneIsToldAndNotUsed();

private:
    [[nodiscard]] QString groupOf(RunningServer &server) const
    {
        return server.get(u"/api/v1/server"_s)[u"cgroup"_s].toString();
    }

    QString m_place;
};

void TestCgroups::initTestCase()
{
    const QString mount = mountOfVersion2();
    const Cgroup place(mount + u"/semper-test-%1"_s.arg(::getpid()));
    if (mount.isEmpty() || !place.make())
        QSKIP("no control groups of version 2 that this user may make");
    m_place = place.path();
}

void TestCgroups::init()
{
    qputenv("SEMPER_CGROUP", QFile::encodeName(m_place));
}

void TestCgroups::cleanup()
{
    if (!m_place.isEmpty()) // whatever a test that failed left
        Cgroup(m_place).kill();
}

void TestCgroups::cleanupTestCase()
{
    if (!m_place.isEmpty())
        QTRY_VERIFY(Cgroup(m_place).remove() || !Cgroup(m_place).exists());
}

void TestCgroups::allThatAServerStartsIsInItsGroup()
{
    RunningServer server({{u"it"_s, shell(escapeScript(u"exec sleep 600"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 1, patience);
    const QString path = groupOf(server);
    QVERIFY2(path.startsWith(m_place + u"/semper-"_s), qPrintable(path));
    const QList<pid_t> members = Cgroup(path).members();
    QVERIFY(members.contains(pid_t(server.serverPid())));
    QVERIFY(members.contains(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger())));
    QVERIFY(members.contains(pidsIn(server.folder() + u"/escaped"_s).value(0)));
    QVERIFY(!members.contains(pid_t(server.guardianPid())));
}

void TestCgroups::nothingIsLeftOfAGroupAfterAStop()
{
    RunningServer server({{u"it"_s, shell(escapeScript(u"exec sleep 600"_s))},
        {u"limited"_s, shell(u"exec sleep 600"_s, {{u"memory_max_bytes"_s, 1 << 30}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 1, patience);
    const pid_t escaped = pidsIn(server.folder() + u"/escaped"_s).value(0);
    QCOMPARE(server.stop(), 0);
    QVERIFY(!isAlive(escaped));
    QVERIFY(Cgroup(m_place).children().isEmpty());
}

void TestCgroups::whatEscapedWithoutATraceDiesWithTheServer_data()
{
    QTest::addColumn<bool>("killsServer");
    QTest::newRow("server") << true;
    QTest::newRow("guardian") << false;
}

void TestCgroups::whatEscapedWithoutATraceDiesWithTheServer()
{
    QFETCH(const bool, killsServer);
    RunningServer server({{u"it"_s, shell(escapeScript(u"exec sleep 600"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 1, patience);
    const Cgroup group(groupOf(server));
    QVERIFY(group.isPopulated());
    const qint64 victim = killsServer ? server.serverPid() : server.guardianPid();
    QCOMPARE(::kill(pid_t(victim), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!group.isPopulated(), patience);
    QVERIFY(!isAlive(pidsIn(server.folder() + u"/escaped"_s).value(0)));
}

void TestCgroups::whatEscapedBothHalvesWithoutATraceIsKilledAtTheNextStart()
{
    RunningServer server({{u"it"_s, shell(escapeScript(u"exec sleep 600"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 1, patience);
    const pid_t escaped = pidsIn(server.folder() + u"/escaped"_s).value(0);
    const QString lost = groupOf(server);
    const auto serverPid = pid_t(server.serverPid());
    const auto guardian = pid_t(server.guardianPid());
    ::kill(guardian, SIGSTOP); // so that neither sees the other die
    ::kill(serverPid, SIGSTOP);
    ::kill(guardian, SIGKILL);
    ::kill(serverPid, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning() && hasEnded(serverPid), patience);
    QVERIFY(isAlive(escaped)); // or there is nothing to sweep
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(!isAlive(escaped));
    QVERIFY(!Cgroup(lost).exists());
    QVERIFY(groupOf(server) != lost);
}

void TestCgroups::whatALaunchLeftWithoutATraceIsKilledBeforeTheNext_data()
{
    QTest::addColumn<QJsonObject>("limits");
    QTest::newRow("without a limit") << QJsonObject();
    QTest::newRow("with a limit") << QJsonObject{{u"memory_max_bytes"_s, 1 << 30}};
}

void TestCgroups::whatALaunchLeftWithoutATraceIsKilledBeforeTheNext()
{
    QFETCH(const QJsonObject, limits);
    RunningServer server({{u"it"_s, shell(escapeScript(u"exec sleep 600"_s), limits)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 1, patience);
    const pid_t escaped = pidsIn(server.folder() + u"/escaped"_s).value(0);
    QCOMPARE(Cgroup(groupOf(server)).children().size(), 2); // the server's and the launch's
    QCOMPARE(::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(server.folder() + u"/escaped"_s).size(), 2, patience);
    QVERIFY(!isAlive(escaped));
    QCOMPARE(Cgroup(groupOf(server)).children().size(), 2);
}

void TestCgroups::soIsWhatAHostLeftThatTookOverFromStandby()
{
    RunningServer server({});
    const QString escapes = server.folder() + u"/escaped"_s;
    server.configure(
        {{u"it"_s,
            QJsonObject{{u"class"_s, u"test::Abandon"_s}, {u"standby"_s, 1},
                {u"settings"_s,
                    QJsonObject{{u"command"_s,
                        QJsonArray{u"env"_s, u"-i"_s, helperProgram(u"escape"_s), escapes}}}}}}},
        {{u"plugin_directories"_s,
            QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto pid = [&server] { return pid_t(server.process(u"it"_s)[u"pid"_s].toInteger()); };
    for (int deaths = 0; deaths < 2; ++deaths) { // of one that was launched, and one that took over
        QTRY_COMPARE_WITH_TIMEOUT(pidsIn(escapes).size(), deaths + 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s].toInt(), 1, patience);
        const pid_t escaped = pidsIn(escapes).at(deaths);
        QVERIFY(isAlive(escaped));
        const pid_t victim = pid();
        const QList<pid_t> before = Cgroup(groupOf(server)).members();
        QCOMPARE(::kill(victim, SIGKILL), 0);
        const auto isReplaced = [&] {
            const pid_t now = pid(); // once, for it changes
            return now > 0 && now != victim;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isReplaced(), patience);
        QVERIFY(before.contains(pid())); // it was there and waited
        QVERIFY(!isAlive(escaped));
    }
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s].toInt(), 2);
}

void TestCgroups::oneThatWaitsIsInAGroupOfItsOwnAndItGoesWithIt()
{
    RunningServer server(
        {{u"it"_s, QJsonObject{{u"class"_s, u"test::SleepForever"_s}, {u"standby"_s, 1}}}},
        {{u"plugin_directories"_s,
            QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s].toInt(), 1, patience);
    const auto groups = [group = Cgroup(groupOf(server))] { return group.children().size(); };
    QCOMPARE(groups(), 3); // the server's, the launch's, that of the one that waits
    const auto stop = server.command({u"stop"_s, u"it"_s});
    QVERIFY2(stop.exitCode == 0, stop.standardError);
    QTRY_COMPARE_WITH_TIMEOUT(groups(), 1, patience);
}

void TestCgroups::theMemoryOfAGroupIsLimitedWhereTheKernelCannot()
{
    if (Cgroup(m_place).hasController("memory"))
        QSKIP("here the kernel can");
    RunningServer server({{u"it"_s,
        shell(u"env -i %1 200"_s.arg(helperProgram(u"allocate"_s)),
            {{u"memory_max_bytes"_s, 100 << 20}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() > 0, patience);
    QVERIFY(server.process(u"it"_s)[u"reason"_s].toString().contains(u"memory_max_bytes"_s));
}

void TestCgroups::aPlaceThatIsNoneIsToldAndNotUsed()
{
    for (const char *place : {"/tmp", "relative", "/nonexistent", "off"}) {
        qputenv("SEMPER_CGROUP", place);
        RunningServer server({{u"it"_s, shell(u"exec sleep 600"_s)}});
        QVERIFY2(server.start(), qPrintable(server.log()));
        QVERIFY(server.get(u"/api/v1/server"_s)[u"cgroup"_s].isNull());
        QVERIFY(server.log().contains(u"SEMPER_CGROUP"_s));
        QCOMPARE(server.stop(), 0);
        QCOMPARE(survivors(server.mark()), QList<qint64>());
    }
}

QTEST_GUILESS_MAIN(TestCgroups)
#include "tst_cgroups.moc"
